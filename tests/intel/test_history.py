"""The history of an event, shown to readers of only some of its parts."""

from __future__ import annotations

import json

import pytest

from tests.api.calls import call
from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_tag
from tests.factories.seed import ApiUser, Seed
from vardkase.intel.models import Attribute, Event

TRAILS = ("/logs/event_index/", "/auditLogs/eventIndex/")


@pytest.fixture
def event(seed: Seed) -> Event:
    made = make_event(seed.org_a, distribution=1, user_id=seed.analyst.user.pk)
    made.save()
    return made


def attribute(event: Event, distribution: int) -> Attribute:
    made = make_attribute(event, distribution=distribution)
    made.save()
    return made


def change(seed: Seed, event: Event, parts: list[Attribute], **said: object) -> None:
    body = {"attribute_ids": [part.pk for part in parts], **said}
    assert call(seed.analyst.key, "POST", f"/attributes/editSelected/{event.pk}", body)[1].get("saved")
    Event.objects.filter(pk=event.pk).update(published=True)


def history(api_user: ApiUser, event: Event) -> str:
    """Everything that both forms of the history contain."""
    answers = [call(api_user.key, "GET", f"{path}{event.pk}") for path in TRAILS]
    assert [status for status, _ in answers] == [200, 200]
    return json.dumps(answers)


def test_changes_to_hidden_attributes_are_not_shown(seed: Seed, event: Event) -> None:
    hidden, open_one = attribute(event, 0), attribute(event, 5)
    make_tag("secret:tag")
    change(seed, event, [hidden], comment="secret comment")
    change(seed, event, [hidden, open_one], tags_ids_add=["secret:tag"])
    change(seed, event, [hidden], tags_ids_remove=["secret:tag"])
    change(seed, event, [open_one], comment="for everybody")
    assert "secret" not in history(seed.stranger, event)
    assert "for everybody" in history(seed.stranger, event)
    for reader in (seed.reader, seed.site_admin):
        assert "secret comment" in history(reader, event)
        assert "secret:tag" in history(reader, event)


def test_changes_to_deleted_hidden_attributes_are_not_shown(seed: Seed, event: Event) -> None:
    hidden = attribute(event, 0)
    change(seed, event, [hidden], comment="secret comment")
    assert call(seed.analyst.key, "POST", f"/attributes/delete/{hidden.pk}/1", {})[0] == 200
    Event.objects.filter(pk=event.pk).update(published=True)
    assert "secret" not in history(seed.stranger, event)
    assert "secret comment" in history(seed.reader, event)
