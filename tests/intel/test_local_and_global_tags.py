"""The same tag, local and global, on one event."""

from __future__ import annotations

import pytest

from tests.factories.intel import make_event
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.intel.editing.tagging import detach_tag
from vardkase.intel.models import EventTag

pytestmark = pytest.mark.django_db


def test_detaching_one_of_both_tags_leaves_the_other(seed: Seed) -> None:
    event = make_event(seed.org_a)
    event.save()
    tag = make_tag("both:ways")
    for local in (False, True):
        EventTag.objects.create(event=event, tag=tag, local=local)
    taken = detach_tag(seed.org_admin.actor, event.uuid, tag.name)
    left = EventTag.objects.filter(event=event, tag=tag).values_list("local", flat=True)
    assert list(left) == [not taken.local]
