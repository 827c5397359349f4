"""The distribution of analyst data decides who reads it, wherever it is shown."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.seed import ApiUser, Seed
from tests.intel.analyst_data.analyst_data_calls import (
    ATTRIBUTE,
    EVENT,
    INSIDE,
    NOTE,
    NOWHERE,
    OBJECT,
    REPORT,
    add_analyst_data,
    make_event,
    readers,
)
from vardkase.identity.organisations.models import SharingGroup
from vardkase.identity.organisations.standing import NEVER
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.models import Event
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster

EVERYBODY = {"a", "b", "c", "hub"}


@pytest.mark.parametrize(
    ("distribution", "expected"),
    [(0, {"a", "hub"}), (1, EVERYBODY), (2, EVERYBODY), (3, EVERYBODY), (4, {"a", "b", "hub"})],
)
def test_distribution_decides_who_reads_a_note(seed: Seed, distribution: int, expected: set[str]) -> None:
    note = add_analyst_data(seed.analyst, note="x", distribution=distribution, sharing_group_id=seed.group.pk)
    assert readers(seed, note["uuid"]) == expected


def test_notes_of_a_deleted_sharing_group_stay_with_their_organisation(seed: Seed) -> None:
    note = add_analyst_data(seed.analyst, note="x", distribution=4, sharing_group_id=seed.group.pk)
    assert note["SharingGroup"]["uuid"] == str(seed.group.uuid)
    assert call(seed.site_admin.key, "POST", f"/sharingGroups/delete/{seed.group.pk}")[0] == 200
    assert not SharingGroup.objects.exists()
    assert readers(seed, note["uuid"]) == {"a", "hub"}
    assert call(seed.analyst.key, "POST", f"/analyst_data/delete/Note/{note['uuid']}")[0] == 200


@pytest.mark.parametrize(
    "thing", [f"{EVENT}/Event", f"{ATTRIBUTE}/Attribute", f"{OBJECT}/Object", f"{REPORT}/EventReport"]
)
def test_inheriting_note_is_read_by_the_readers_of_its_target(seed: Seed, thing: str) -> None:
    make_event(seed.analyst, distribution=4, sharing_group_id=seed.group.pk)
    note = add_analyst_data(seed.analyst, thing, note="x", distribution=5)
    assert readers(seed, note["uuid"]) == {"a", "b", "hub"}
    uuid, kind = thing.split("/")
    table = {"Event": "event", "Attribute": "attribute", "Object": "object", "EventReport": "event_report"}[
        kind
    ]
    model: Any = next(model for model in _models() if model._meta.db_table == table)
    model.objects.filter(uuid=uuid).update(distribution=0)
    assert readers(seed, note["uuid"]) == {"a", "hub"}


def _models() -> list[Any]:
    from django.apps import apps  # noqa: PLC0415 - used only here

    return list(apps.get_models())


def test_notes_of_an_attribute_in_a_hidden_object_are_hidden(seed: Seed) -> None:
    event = make_event(seed.analyst)
    note = add_analyst_data(seed.analyst, f"{INSIDE}/Attribute", note="x", distribution=5)
    assert readers(seed, note["uuid"]) == EVERYBODY
    model: Any = next(model for model in _models() if model._meta.db_table == "object")
    model.objects.filter(event_id=event["id"]).update(distribution=0)
    assert readers(seed, note["uuid"]) == {"a", "hub"}


def test_distribution_is_inherited_through_several_levels(seed: Seed) -> None:
    make_event(seed.analyst, distribution=1)
    add_analyst_data(seed.analyst, note="first", uuid=NOTE, distribution=5)
    second = add_analyst_data(seed.partner, f"{NOTE}/Note", note="second", distribution=5)
    third = add_analyst_data(seed.stranger, f"{second['uuid']}/Note", note="third", distribution=5)
    Event.objects.update(distribution=0)
    assert readers(seed, NOTE) == {"a", "hub"}
    assert readers(seed, second["uuid"]) == {"a", "b", "hub"}
    assert readers(seed, third["uuid"]) == {"a", "b", "c", "hub"}
    AnalystData.objects.filter(uuid=NOTE).update(distribution=1)
    assert readers(seed, second["uuid"]) == EVERYBODY


def test_circular_notes_terminate(seed: Seed) -> None:
    add_analyst_data(seed.analyst, f"{NOWHERE}/Note", note="x", uuid=NOTE, distribution=5)
    add_analyst_data(seed.analyst, f"{NOTE}/Note", note="y", uuid=NOWHERE, distribution=5)
    assert readers(seed, NOTE) == {"a", "hub"}
    assert call(seed.analyst.key, "GET", f"/analyst_data/getChildren/Note/{NOTE}/10")[0] == 200


def test_note_on_a_missing_target_stays_with_its_organisation(seed: Seed) -> None:
    note = add_analyst_data(seed.analyst, f"{NOWHERE}/Event", note="x", distribution=5)
    assert readers(seed, note["uuid"]) == {"a", "hub"}


def test_notes_inherit_from_clusters_organisations_and_groups(seed: Seed) -> None:
    galaxy = Galaxy.objects.create(uuid=NOWHERE, name="G", type="g", distribution=3)
    cluster = GalaxyCluster.objects.create(galaxy=galaxy, uuid=OBJECT, value="v", type="g", distribution=3)
    for thing, expected in (
        (f"{galaxy.uuid}/Galaxy", EVERYBODY),
        (f"{cluster.uuid}/GalaxyCluster", EVERYBODY),
        (f"{seed.org_c.uuid}/Organisation", EVERYBODY),
        (f"{seed.group.uuid}/SharingGroup", {"a", "b", "hub"}),
    ):
        assert (
            readers(seed, add_analyst_data(seed.analyst, thing, note="x", distribution=5)["uuid"]) == expected
        )
    GalaxyCluster.objects.update(distribution=0)
    note = add_analyst_data(seed.analyst, f"{cluster.uuid}/GalaxyCluster", note="x", distribution=5)
    assert readers(seed, note["uuid"]) == {"a", "hub"}


def notes_of(by: ApiUser) -> list[str]:
    event = call(by.key, "GET", f"/events/view/{EVENT}")[1]["Event"]
    return [note["note"] for note in event.get("Note", [])]


def test_event_document_shows_only_readable_notes(seed: Seed) -> None:
    make_event(seed.analyst)
    add_analyst_data(seed.analyst, note="of A", distribution=0)
    add_analyst_data(seed.partner, note="of B", distribution=0)
    add_analyst_data(seed.stranger, note="for all", distribution=1)
    assert notes_of(seed.analyst) == ["of A", "for all"]
    assert notes_of(seed.partner) == ["of B", "for all"]
    assert notes_of(seed.partner_sync) == ["of B", "for all"]
    assert notes_of(seed.site_admin) == ["of A", "of B", "for all"]
    assert call(None, "GET", "/analyst_data/index/Note")[0] == 403
    assert call(seed.reader.key, "GET", "/analyst_data/index/Note")[0] == 200


def test_suspended_organisation_reads_no_notes(seed: Seed) -> None:
    add_analyst_data(seed.analyst, note="x", uuid=NOTE, distribution=3)
    seed.org_b.read_period = NEVER
    seed.org_b.save()
    assert call(seed.partner.key, "GET", "/analyst_data/index/Note")[1] == []
    assert call(seed.partner.key, "GET", f"/analyst_data/view/all/{NOTE}")[0] == 404
