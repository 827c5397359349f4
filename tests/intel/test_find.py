"""Look-ups by id or uuid: hidden and missing are the same."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.formats.scene import Scene, make_scene
from vardkase.core.errors import NotFound
from vardkase.intel.models import ObjectReference
from vardkase.intel.queries.find import find_attribute, find_event, find_object, find_reference, find_report


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return make_scene(cast)


def test_an_event_by_id_and_by_uuid(cast: Cast, scene: Scene) -> None:
    event = scene.event
    for reference in (event.pk, str(event.pk), event.uuid, str(event.uuid), str(event.uuid).upper()):
        found = find_event(cast.stranger.actor, reference)
        assert (found.id, found.uuid, found.org_id) == (event.pk, event.uuid, cast.org_a.pk)


@pytest.mark.parametrize(
    "reference", ["", "0", "-1", "1.5", "abc", "1 OR 1=1", "9" * 40, "²", "urn:uuid:x", f"{{{'0' * 32}}}"]
)
def test_what_is_no_reference_finds_nothing(cast: Cast, scene: Scene, reference: str) -> None:
    for find in (find_event, find_attribute, find_object, find_reference, find_report):
        with pytest.raises(NotFound):
            find(cast.site_admin.actor, reference)


def test_parts_are_found_by_those_who_may_read_them(cast: Cast, scene: Scene) -> None:
    actor = cast.partner.actor
    assert find_attribute(actor, scene.shared.uuid).value == "A and B"
    assert find_attribute(actor, scene.file_name.pk).event.id == scene.event.pk
    assert find_object(actor, scene.file.pk).name == "file"
    assert find_report(actor, scene.report.pk).content == "# Text"
    reference = ObjectReference.objects.earliest("pk")
    assert find_reference(actor, reference.uuid).referenced_uuid == scene.open.uuid


def test_hidden_parts_are_not_found(cast: Cast, scene: Scene) -> None:
    for find, part in (
        (find_attribute, scene.own),
        (find_attribute, scene.own_in_object),
        (find_object, scene.own_object),
        (find_report, scene.own_report),
    ):
        assert find(cast.analyst.actor, part.pk).id == part.pk
        for player in (cast.partner, cast.stranger):
            with pytest.raises(NotFound):
                find(player.actor, part.pk)


def test_a_reference_is_hidden_with_its_object(cast: Cast, scene: Scene) -> None:
    reference = ObjectReference.objects.earliest("pk")
    scene.file.distribution = 0
    scene.file.save()
    with pytest.raises(NotFound):
        find_reference(cast.partner.actor, reference.pk)


def test_deleted_parts_are_found_on_request(cast: Cast, scene: Scene) -> None:
    with pytest.raises(NotFound):
        find_attribute(cast.analyst.actor, scene.deleted.pk)
    assert find_attribute(cast.analyst.actor, scene.deleted.pk, deleted=True).deleted
    with pytest.raises(NotFound):
        find_attribute(cast.partner.actor, scene.deleted.pk, deleted=True)
    assert find_attribute(cast.partner_sync.actor, scene.deleted.pk, deleted=True).deleted
