"""The demonstration community: organisations, users, groups, events and memberships, created once.

Everything goes through the services that the pages and the API use, in one transaction, except for what an operator
reads: an interrupted start leaves nothing half done.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

from django.db import transaction

from vardkase.cli.demo.collaboration import add_conversation, ask_for_handover
from vardkase.cli.demo.daily_work import add_daily_work, offer_templates
from vardkase.cli.demo.galaxies import add_galaxies
from vardkase.cli.demo.generator import events as generated_events
from vardkase.cli.demo.membership import DUTIES, add_members, read_by_operations
from vardkase.cli.demo.published import published_events
from vardkase.hub.membership.applications.models import Application
from vardkase.identity.access.actor import Actor, actor_for, console_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.services import create_user
from vardkase.identity.accounts.services.passwords import one_time_password
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.services import (
    capture_sharing_group,
    create_organisation,
    edit_organisation,
)
from vardkase.intel.models import Event
from vardkase.intel.services.events import add_event
from vardkase.intel.services.publish import publish_event
from vardkase.knowledge.taxonomies.models import Taxonomy
from vardkase.knowledge.taxonomies.services import create_taxonomy_tags, resolve_tags, set_enabled

HUB = "Demonstrationsnavet"
SEED = 2026
GENERATED = 24
ATTRIBUTES = 30


@dataclass(frozen=True, slots=True)
class DemoHousehold:
    """An organisation: name, sector, e-mail domain, and its people as (first.last, role)."""

    name: str
    sector: str
    domain: str
    people: tuple[tuple[str, str], ...]


MEMBERS = (
    DemoHousehold(
        "Norrviks kommun",
        "Kommun",
        "norrvik.example",
        (
            ("karin.lindqvist", "Org Admin"),
            ("amir.haddad", "Publisher"),
            ("elsa.nyberg", "User"),
            ("ove.sandell", "Read Only"),
        ),
    ),
    DemoHousehold(
        "Region Solvik",
        "Hälso- och sjukvård",
        "regionsolvik.example",
        (("maja.holm", "Org Admin"), ("jonas.berg", "Publisher"), ("synk", "Sync user")),
    ),
    DemoHousehold(
        "Kustbolaget Energi AB",
        "Energi",
        "kustbolaget.example",
        (("petra.ek", "Org Admin"), ("nils.strand", "Publisher"), ("sara.dahl", "User")),
    ),
    DemoHousehold(
        "Ekelunds högskola",
        "Utbildning och forskning",
        "ekelundshogskola.example",
        (("anders.wik", "Org Admin"), ("lina.frost", "Publisher")),
    ),
    DemoHousehold(
        "Länsstyrelsen i Ekelund",
        "Statlig myndighet",
        "lst-ekelund.example",
        (("ingrid.moberg", "Org Admin"), ("tor.lilja", "Publisher"), ("eva.rask", "Read Only")),
    ),
    DemoHousehold(
        "Myndigheten för vattenfrågor",
        "Vattenförsörjning",
        "vattenfragor.example",
        (("hugo.alm", "Org Admin"), ("stina.bergvall", "Publisher")),
    ),
)
STAFF = DemoHousehold(
    HUB,
    "",
    "navet.example",
    (
        ("vakt", "admin"),
        ("per.nystrom", "User"),
        ("johanna.bergdahl", "User"),
        ("revision", "Read Only"),
    ),
)
SUPPLIER = DemoHousehold("Kustdrift AB", "Drift", "kustdrift.example", (("drift", "admin"),))
"""Who runs the hub, and reads nothing of what is shared."""

GROUPS = {
    "Kommuner och regioner": ("Norrviks kommun", "Region Solvik", "Länsstyrelsen i Ekelund"),
    "Vårdens beredskapsgrupp": ("Region Solvik", "Ekelunds högskola", "Norrviks kommun"),
    "Energi och vatten": ("Kustbolaget Energi AB", "Myndigheten för vattenfrågor", "Norrviks kommun"),
}
TAXONOMIES = ("tlp", "admiralty-scale", "workflow")


@dataclass(frozen=True, slots=True)
class Member:
    email: str
    organisation: str
    role: str
    password: str
    duty: str = ""
    """What they do at the hub."""


def fill() -> list[Member]:
    """Create the community, and let an operator read something, which is audited and so needs its own
    transaction."""
    made = _fill()
    if made:
        read_by_operations(Organisation.objects.get(name=MEMBERS[0].name))
    return made


@transaction.atomic
def _fill() -> list[Member]:
    """Create the community in an unused installation; returns its people.

    Returns nothing if there already is an event, an application, or a second organisation or account.
    """
    hub = Organisation.objects.order_by("pk").first()
    if hub is None or Organisation.objects.count() > 1 or User.objects.count() > 1:
        return []
    if Event.objects.exists() or Application.objects.exists():
        return []
    console = console_actor(hub.pk, hub.name, os.environ.get("USER", "demo"))
    edit_organisation(console, hub, {"name": HUB, "description": "Sköter navet i den här demonstrationen."})
    organisations = {member.name: _organisation(console, member) for member in MEMBERS}
    members = [
        *_people(console, hub, STAFF),
        *_people(console, _organisation(console, SUPPLIER), SUPPLIER),
        *(made for member in MEMBERS for made in _people(console, organisations[member.name], member)),
    ]
    groups = _groups(console, organisations)
    _share_events(console, organisations, groups)
    add_members(console, organisations)
    return members


def _organisation(console: Actor, member: DemoHousehold) -> Organisation:
    return create_organisation(
        console, {"name": member.name, "sector": member.sector, "nationality": "Sweden", "local": True}
    )


def _people(console: Actor, organisation: Organisation, household: DemoHousehold) -> list[Member]:
    roles = {role.name: role.pk for role in Role.objects.all()}
    made = []
    for name, role in household.people:
        password = one_time_password()
        fields = {
            "email": f"{name}@{household.domain}",
            "org_id": organisation.pk,
            "role_id": roles[role],
            "password": password,
            "change_pw": False,
        }
        user = create_user(console, fields)
        # They have had their accounts for a while, so that officers take part in decisions at once.
        User.objects.filter(pk=user.pk).update(credentials_set_by_another_at=None)
        duty = DUTIES[user.email][0] if user.email in DUTIES else ""
        made.append(Member(user.email, household.name, role, password, duty))
    return made


def _groups(console: Actor, organisations: dict[str, Organisation]) -> dict[str, tuple[int, ...]]:
    groups: dict[str, tuple[int, ...]] = {}
    for name, members in GROUPS.items():
        owner = organisations[members[0]]
        group = capture_sharing_group(
            console,
            {
                "name": name,
                "releasability": ", ".join(members),
                "active": True,
                "organisation_uuid": str(owner.uuid),
                "SharingGroupOrg": [
                    {
                        "extend": member == owner.name,
                        "Organisation": {"uuid": str(organisations[member].uuid)},
                    }
                    for member in members
                ],
                "SharingGroupServer": [{"server_id": "0", "all_orgs": False}],
            },
        )
        if group is None:
            raise RuntimeError(f"the sharing group {name} was refused")
        for member in members:
            groups[member] = (*groups.get(member, ()), group)
    return groups


def _share_events(
    console: Actor, organisations: dict[str, Organisation], groups: dict[str, tuple[int, ...]]
) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    documents = [
        *published_events(),
        *generated_events(SEED, GENERATED, ATTRIBUTES, until=today),
    ]
    for taxonomy in Taxonomy.objects.filter(namespace__in=TAXONOMIES):
        set_enabled(console, taxonomy.pk, enabled=True)
        create_taxonomy_tags(console, taxonomy.pk)
    resolve_tags(console, [tag for document in documents for tag in _tags(document)], may_create=True)
    publishers = [
        actor_for(
            User.objects.get(org=organisations[member.name], role__name="Publisher"), Credential.CONSOLE
        )
        for member in MEMBERS
    ]
    for number, (document, publisher) in enumerate(zip(documents, cycle(publishers), strict=False)):
        _share(publisher, document, number, groups.get(publisher.organisation_name, ()))
    add_galaxies(publishers[0], publishers[1])
    people = {publisher.organisation_name: publisher for publisher in publishers}
    add_conversation(people)
    ask_for_handover(people)
    add_daily_work(people, today)
    offer_templates(console)


def _share(actor: Actor, document: dict[str, Any], number: int, groups: Sequence[int]) -> None:
    """Store one event, in turn for the community, all communities, a sharing group or the own organisation,
    no further than its TLP tags allow; every fifth stays unpublished."""
    place = number // len(MEMBERS)
    distribution = ("1", "3", "4", "1", "2", "0")[place % 6]
    if distribution == "4" and not groups:
        distribution = "1"
    labels = {tag["name"].lower() for tag in _tags(document)}
    if "tlp:red" in labels and distribution != "0":
        distribution = "4" if groups else "0"
    elif any(label.startswith("tlp:amber") for label in labels) and distribution in {"2", "3"}:
        distribution = "1"
    chosen = {"distribution": distribution, "published": False}
    if distribution == "4":
        chosen["sharing_group_id"] = str(groups[place % len(groups)])
    event = add_event(actor, document | chosen).event_id
    if number % 5 != 4:
        publish_event(actor, event)


def _tags(thing: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [*thing.get("Attribute", ()), *thing.get("Object", ())]
    own = [{key: tag[key] for key in ("name", "colour") if key in tag} for tag in thing.get("Tag", ())]
    return own + [tag for part in inner for tag in _tags(part)]
