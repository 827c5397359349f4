"""The same tag, local and global, on one event: taking one off leaves the other."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.factories.intel import make_event
from tests.factories.knowledge import make_tag
from vardkase.intel.editing.tagging import detach_tag
from vardkase.intel.models import EventTag

pytestmark = pytest.mark.django_db


def test_taking_off_the_global_tag_leaves_the_local_one(cast: Cast) -> None:
    event = make_event(cast.org_a)
    event.save()
    tag = make_tag("both:ways")
    for local in (False, True):
        EventTag.objects.create(event=event, tag=tag, local=local)
    taken = detach_tag(cast.org_admin.actor, event.uuid, tag.name)
    left = EventTag.objects.filter(event=event, tag=tag).values_list("local", flat=True)
    assert list(left) == [not taken.local]
