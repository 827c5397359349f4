"""The older tagging endpoints answer 200 for success and refusal alike."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.intel.models import Attribute, AttributeTag, EventTag

ADDED = {"saved": True, "success": "Tag added.", "check_publish": True}
REMOVED = {"saved": True, "success": "Tag removed.", "check_publish": True}


@pytest.fixture
def attribute(seed: Seed) -> Attribute:
    """An attribute in an event of organisation A."""
    event = make_event(seed.org_a, distribution=3)
    event.save()
    attribute = make_attribute(event)
    attribute.save()
    return attribute


def test_event_is_tagged_and_untagged(seed: Seed, attribute: Attribute) -> None:
    event, key = attribute.event_id, seed.analyst.key
    tags = [make_tag(name) for name in ("tlp:white", "alpha", "beta")]
    already = {"saved": False, "errors": "Tag is already attached to this event."}
    assert call(key, "POST", f"/events/addTag/{event}/tlp:white", {})[1] == ADDED
    assert call(key, "POST", f"/events/addTag/{event}/{tags[0].pk}/local:1", {})[1] == already
    assert call(key, "POST", "/events/addTag", {"event": str(event), "tag": "tlp:white"})[1] == already
    wrapped = {"request": {"Event": {"id": str(event), "tag": "tlp:white"}}}
    assert call(key, "POST", "/events/addTag", wrapped)[1] == already
    _, body = call(key, "POST", f"/events/addTag/{event}", {"tag": f'["{tags[0].pk}", "{tags[1].pk}"]'})
    assert body["success"] == "Tag added, but 1 could not be added: Tag is already attached to this event."
    assert call(key, "POST", "/events/removeTag", {"event": str(event), "tag": "tlp:white"})[1] == REMOVED
    assert call(key, "POST", f"/events/removeTag/{event}/{tags[1].pk}", {})[1] == REMOVED
    assert not EventTag.objects.exists()


def test_attribute_is_tagged_and_untagged(seed: Seed, attribute: Attribute) -> None:
    tag = make_tag("alpha")
    key, path = seed.analyst.key, f"{attribute.pk}/{tag.pk}"
    assert call(key, "POST", f"/attributes/addTag/{path}", {})[1] == ADDED
    assert AttributeTag.objects.get().attribute_id == attribute.pk
    assert call(key, "POST", f"/attributes/removeTag/{path}", {})[1] == REMOVED
    assert call(key, "POST", f"/attributes/removeTag/{path}", {})[1] == {
        "saved": False, "errors": "Invalid attribute - tag combination."
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/events/addTag/999999/1", 200, "Invalid event."),
        ("/attributes/addTag/999999/1", 404, "Invalid attribute"),
        ("/events/addTag/{event}/unknown", 200, "Tag not found and insufficient privileges to create it."),
        ("/events/addTag/{event}", 200, "Tag could not be added."),
    ],
)
def test_refusals(seed: Seed, attribute: Attribute, path: str, status: int, text: str) -> None:
    found: tuple[int, Any] = call(seed.analyst.key, "POST", path.format(event=attribute.event_id), {})
    assert (found[0], found[1].get("errors", found[1].get("message"))) == (status, text)


def test_other_organisations_are_refused(seed: Seed, attribute: Attribute) -> None:
    make_tag("alpha")
    for action in ("addTag", "removeTag"):
        path = f"/events/{action}/{attribute.event_id}/alpha"
        assert call(seed.stranger.key, "POST", path, {})[1]["saved"] is False
        assert call(seed.reader.key, "POST", path, {})[0] == 403
    assert not EventTag.objects.exists()


@pytest.mark.parametrize("tag", ["tlp:red", {"name": "tlp:red"}, ["tlp:red"], [{"name": "tlp:red"}]])
def test_tag_in_document_is_accepted_in_every_form(seed: Seed, attribute: Attribute, tag: Any) -> None:
    """A lost TLP tag would let its event be shared freely."""
    make_tag("tlp:red")
    added = call(seed.analyst.key, "POST", "/events/add", {"info": "new", "Tag": tag})[1]
    edited = call(seed.analyst.key, "POST", f"/events/edit/{attribute.event_id}", {"Tag": tag})[1]
    for answer in (added, edited):
        assert [each["name"] for each in answer["Event"]["Tag"]] == ["tlp:red"]
    call(seed.analyst.key, "POST", f"/attributes/edit/{attribute.pk}", {"Tag": tag})
    assert AttributeTag.objects.filter(attribute=attribute.pk, tag__name="tlp:red").exists()
