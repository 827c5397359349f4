"""A hidden part's uuid answers like that of another organisation's readable part, and the part stays unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.forms.models import model_to_dict

from tests.api.calls import call, send
from tests.factories import (
    make_attribute,
    make_event,
    make_key,
    make_object,
    make_report,
    make_role,
    make_user,
)
from tests.factories.knowledge import make_cluster, make_galaxy
from tests.factories.seed import Seed
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import SharingGroup, SharingGroupOrg
from vardkase.intel.collections.models import Collection, CollectionElement
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.models import Event, ObjectReference
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.tag_collections.models import TagCollection

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER = re.compile(r"\d+")
TEXT = {"type": "text", "category": "Other"}
MEMBERS = tuple(each for each in Permission if each is not Permission.SITE_ADMIN)
LIFE = {"lifetime": 30, "decay_speed": 2, "threshold": 30, "default_base_score": 80, "base_score_config": {}}
MODEL: dict[str, Any] = {"name": "mine", "description": "d", "formula": "Polynomial", "parameters": LIFE}
FORM: dict[str, Any] = {"schema_version": 1, "name": "mine", "event_defaults": {}, "structure": []}


@dataclass(frozen=True, slots=True)
class Setup:
    """What B's sync user tries: `own` is an event of B, with an object."""

    seed: Seed
    own: Event
    reach: int

    def theirs(self) -> Event:
        event = make_event(self.seed.org_a, distribution=self.reach, published=True)
        event.save()
        return event

    def key(self) -> str:
        """A user of B with every permission but site administration."""
        return make_key(make_user(self.seed.org_b, make_role(f"role {uuid4()}", MEMBERS)))

    def source(self) -> str:
        """An object in B's event."""
        found = make_object(self.own)
        found.save()
        return str(found.uuid)


def stored(thing: Any) -> Any:
    thing.save()
    return thing


def attribute(setup: Setup) -> Any:
    return stored(make_attribute(setup.theirs()))


def object_(setup: Setup) -> Any:
    return stored(make_object(setup.theirs()))


def report(setup: Setup) -> Any:
    return stored(make_report(setup.theirs()))


def reference(setup: Setup) -> Any:
    source = object_(setup)
    return ObjectReference.objects.create(
        event=source.event, object=source, source_uuid=source.uuid, referenced_uuid=uuid4(), referenced_id=0,
        referenced_type=1, timestamp=1,
    )  # fmt: skip


def sighting(setup: Setup) -> Any:
    about = attribute(setup)
    return Sighting.objects.create(
        attribute=about, event=about.event, org=setup.seed.org_a, date_sighting=1, type=0, source=""
    )


def galaxy(setup: Setup) -> Any:
    owner = setup.seed.org_a.pk
    return make_galaxy(
        f"kind-{uuid4()}", default=False, org_id=owner, orgc_id=owner, distribution=setup.reach
    )


def cluster(setup: Setup) -> Any:
    owner = setup.seed.org_a.pk
    found = galaxy(Setup(setup.seed, setup.own, 1))
    return make_cluster(found, "value", default=False, org_id=owner, orgc_id=owner, distribution=setup.reach)


def collection(setup: Setup) -> Any:
    owner = setup.seed.org_a
    return Collection.objects.create(
        name="c", type="campaign", org=owner, orgc=owner, distribution=setup.reach,
        created="2026-01-01T00:00:00Z", modified="2026-01-01T00:00:00Z",
    )  # fmt: skip


def tag_collection(setup: Setup) -> Any:
    return TagCollection.objects.create(name="c", org=setup.seed.org_a, all_orgs=setup.reach > 0)


def decaying_model(setup: Setup) -> Any:
    return DecayingModel.objects.create(
        name="m",
        parameters=MODEL["parameters"],
        formula="Polynomial",
        org=setup.seed.org_a,
        all_orgs=setup.reach > 0,
    )


def event_template(setup: Setup) -> Any:
    return EventTemplate.objects.create(name="t", org=setup.seed.org_a, all_orgs=setup.reach > 0)


def element(setup: Setup) -> Any:
    holding = collection(setup)
    return CollectionElement.objects.create(collection=holding, element_uuid=uuid4(), element_type="Event")


def own_collection(setup: Setup) -> int:
    status, made = call(setup.key(), "POST", "/collections/add", {"name": "mine", "type": "campaign"})
    assert status == 200, made
    return int(made["Collection"]["id"])


def event_with(**parts: Any) -> Callable[[Setup, str], tuple[str, Any]]:
    """A new event of B with a part; `uuid` is the uuid that is tried."""

    def request(setup: Setup, uuid: str) -> tuple[str, Any]:
        filled = {kind: [{**part, "uuid": uuid}] for kind, part in parts.items()}
        filled = {kind: [part | {"value": str(uuid4())} for part in some] for kind, some in filled.items()}
        # One more attribute: an empty event would be refused.
        kept = {**TEXT, "value": str(uuid4())}
        return "/events/add", {"info": "probe", **filled, "Attribute": [*filled.get("Attribute", []), kept]}

    return request


FILE = {
    "name": "file",
    "meta-category": "file",
    "Attribute": [{**TEXT, "object_relation": "text", "value": "x", "disable_correlation": True}],
}
WANTED = {"value": "pushed", "description": "d", "version": 5}

TRIES: dict[str, tuple[Callable[[Setup], Any], Callable[[Setup, str], tuple[str, Any]]]] = {
    "attribute added": (
        attribute,
        lambda s, uuid: (f"/attributes/add/{s.own.pk}", {**TEXT, "value": "v", "uuid": uuid}),
    ),
    "attributes added": (
        attribute,
        lambda s, uuid: (
            f"/attributes/add/{s.own.pk}",
            [{**TEXT, "value": "v", "uuid": uuid}, {**TEXT, "value": "w"}],
        ),
    ),
    "attribute in an event": (attribute, event_with(Attribute={**TEXT, "value": "v"})),
    "attribute in an edit": (
        attribute,
        lambda s, uuid: (f"/events/edit/{s.own.pk}", {"Attribute": [{**TEXT, "value": "v", "uuid": uuid}]}),
    ),
    "object in an event": (object_, event_with(Object=FILE)),
    "object in an edit": (
        object_,
        lambda s, uuid: (f"/events/edit/{s.own.pk}", {"Object": [{**FILE, "uuid": uuid}]}),
    ),
    "reference added": (
        reference,
        lambda s, uuid: (
            f"/object_references/add/{s.source()}",
            {"referenced_uuid": s.source(), "relationship_type": "x", "uuid": uuid},
        ),
    ),
    "report added": (
        report,
        lambda s, uuid: (f"/event_reports/add/{s.own.pk}", {"name": "r", "content": "c", "uuid": uuid}),
    ),
    "report in an event": (report, event_with(EventReport={"name": "r", "content": "c"})),
    "cluster added": (
        cluster,
        lambda s, uuid: (f"/galaxy_clusters/add/{make_galaxy('own').pk}", {**WANTED, "uuid": uuid}),
    ),
    "cluster pushed": (
        cluster,
        lambda s, uuid: (
            "/galaxies/pushCluster",
            [{"GalaxyCluster": {**WANTED, "uuid": uuid, "Galaxy": {"uuid": str(make_galaxy("own").uuid)}}}],
        ),
    ),
    "galaxy added": (galaxy, lambda s, uuid: ("/galaxies/add", {"name": "mine", "uuid": uuid})),
    "collection added": (
        collection,
        lambda s, uuid: ("/collections/add", {"name": "c", "type": "campaign", "uuid": uuid}),
    ),
    "collection captured": (
        collection,
        lambda s, uuid: (
            "/collections/captureCollection",
            {"Collection": {"name": "c", "type": "campaign", "uuid": uuid, "modified": "2026-02-01 00:00:00"}},
        ),
    ),
    "element added": (
        element,
        lambda s, uuid: (
            f"/collections/addElement/{own_collection(s)}",
            {"element_uuid": str(uuid4()), "element_type": "Event", "uuid": uuid},
        ),
    ),
    "element in a collection": (
        element,
        lambda s, uuid: (
            "/collections/add",
            {
                "name": "c",
                "type": "campaign",
                "CollectionElement": [{"element_uuid": str(uuid4()), "element_type": "Event", "uuid": uuid}],
            },
        ),
    ),
    "sightings pushed": (
        sighting,
        lambda s, uuid: (f"/sightings/bulkSaveSightings/{s.own.uuid}", [seen(s, uuid)]),
    ),
    "sightings asked for": (
        sighting,
        lambda s, uuid: (f"/sightings/filterSightingUuidsForPush/{s.own.uuid}", [uuid]),
    ),
    "tag collection added": (
        tag_collection,
        lambda s, uuid: ("/tagCollections/add", {"TagCollection": {"name": "c", "uuid": uuid}}),
    ),
    "tag collection imported": (
        tag_collection,
        lambda s, uuid: ("/tagCollections/import", {"TagCollection": {"name": "c", "uuid": uuid}}),
    ),
    "decaying model added": (decaying_model, lambda s, uuid: ("/decayingModel/add", {**MODEL, "uuid": uuid})),
    "decaying model imported": (
        decaying_model,
        lambda s, uuid: ("/decayingModel/import", {**MODEL, "uuid": uuid}),
    ),
    "event template added": (
        event_template,
        lambda s, uuid: ("/event_templates/add", {"name": "t", "uuid": uuid, "definition": {**FORM, "uuid": uuid}}),
    ),
    **{
        f"event template imported: {mode}": (event_template, lambda s, uuid, mode=mode: (
            "/event_templates/import",
            {"template": {"uuid": uuid, "definition": {**FORM, "uuid": uuid}}, "mode": mode},
        ))
        for mode in ("fail", "overwrite", "duplicate_as_new")
    },
}  # fmt: skip


def seen(setup: Setup, uuid: str) -> dict[str, Any]:
    """A sighting of an attribute of B's event."""
    about = stored(make_attribute(setup.own))
    return {"uuid": uuid, "attribute_uuid": str(about.uuid), "date_sighting": "1", "type": "0"}


def _content(response: Any) -> str:
    return (b"".join(response) if response.streaming else response.content).decode()


def own_event(seed: Seed) -> Event:
    return stored(make_event(seed.org_b, user_id=seed.partner_sync.user.pk))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", TRIES)
def test_hidden_uuid_answers_like_a_readable_one_of_others(seed: Seed, name: str) -> None:
    make, request = TRIES[name]
    answers = []
    for reach in (0, 1):
        setup = Setup(seed, own_event(seed), reach)
        thing = make(setup)
        before = model_to_dict(type(thing).objects.get(pk=thing.pk))
        path, body = request(setup, str(thing.uuid))
        response = send(setup.key(), "POST", path, body)
        said = NUMBER.sub("N", UUID.sub("UUID", _content(response)))
        answers.append((response.status_code, said))
        assert model_to_dict(type(thing).objects.get(pk=thing.pk)) == before
        assert type(thing).objects.filter(uuid=thing.uuid).count() == 1
        Galaxy.objects.filter(type="own").delete()
    assert answers[0] == answers[1]


def test_cluster_cannot_be_pushed_into_a_hidden_galaxy(seed: Seed) -> None:
    hidden = galaxy(Setup(seed, own_event(seed), 0))
    for named in (str(hidden.uuid), str(uuid4())):
        uuid = str(uuid4())
        about = {"uuid": named, "type": hidden.type, "name": "pushed"}
        pushed = {**WANTED, "uuid": uuid, "distribution": "1", "Galaxy": about}
        status, _ = call(seed.partner_sync.key, "POST", "/galaxies/pushCluster", [{"GalaxyCluster": pushed}])
        assert status == 200
        assert call(seed.partner_sync.key, "GET", f"/galaxy_clusters/view/{uuid}")[0] == 200
        assert GalaxyCluster.objects.get(uuid=uuid).galaxy_id != hidden.pk
    assert not GalaxyCluster.objects.filter(galaxy=hidden).exists()


def test_type_of_a_hidden_galaxy_can_be_reused(seed: Seed) -> None:
    hidden = galaxy(Setup(seed, own_event(seed), 0))
    read = galaxy(Setup(seed, own_event(seed), 1))
    for kind, expected in ((hidden.type, 200), (read.type, 403)):
        status, _ = call(seed.partner_sync.key, "POST", "/galaxies/add", {"name": "mine", "type": kind})
        assert status == expected


@pytest.mark.parametrize("way", ["added", "renamed", "captured"])
def test_name_of_a_hidden_sharing_group_can_be_reused(seed: Seed, way: str) -> None:
    name = "Operation Sparv"
    hidden = SharingGroup.objects.create(name=name, org=seed.org_a, organisation_uuid=seed.org_a.uuid)
    SharingGroupOrg.objects.create(sharing_group=hidden, org=seed.org_a)
    member = {"Organisation": {"uuid": str(seed.org_b.uuid), "name": seed.org_b.name}, "extend": True}
    block = {"uuid": str(uuid4()), "name": name, "SharingGroupOrg": [member], "SharingGroupServer": []}
    if way == "captured":
        sent = {
            "info": "e",
            "distribution": "4",
            "SharingGroup": block,
            "Attribute": [{**TEXT, "value": "x"}],
        }
        made = done(seed, "/events/add", {"Event": sent})["Event"]
    else:
        made = done(seed, "/sharing_groups/add", block | ({"name": "Mine"} if way == "renamed" else {}))
        if way == "renamed":
            number = made["SharingGroup"]["id"]
            refused = call(
                seed.partner_sync.key, "POST", f"/sharing_groups/edit/{number}", {"name": seed.group.name}
            )
            assert refused[0] == 403, "the name of a visible group is taken"
            made = done(seed, f"/sharing_groups/edit/{number}", {"name": name})
    assert made["SharingGroup"]["name"] == name


def done(seed: Seed, path: str, body: Any) -> dict[str, Any]:
    status, made = call(seed.partner_sync.key, "POST", path, body)
    assert status == 200, made
    return made  # type: ignore[no-any-return]


def test_sightings_of_hidden_attributes_are_unknown_to_peers(seed: Seed) -> None:
    """Those of a hidden attribute in a readable event are unknown, as are missing ones."""
    event = stored(make_event(seed.org_a, distribution=1, published=True))
    made = []
    for reach in (0, 5):
        about = stored(make_attribute(event, distribution=reach))
        made.append(
            Sighting.objects.create(
                attribute=about, event=event, org=seed.org_a, date_sighting=1, type=0, source=""
            )
        )
    uuids = [str(each.uuid) for each in made]
    path = f"/sightings/filterSightingUuidsForPush/{event.uuid}"
    assert call(seed.partner_sync.key, "POST", path, uuids)[1] == [uuids[1]]
    assert call(seed.site_admin.key, "POST", path, uuids)[1] == uuids
