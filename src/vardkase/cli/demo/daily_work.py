"""Demonstration data for an analyst's day: a case with times and a report, what others ask and propose about it, and
what is kept for next time: templates, a collection and a saved search."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from vardkase.analysis.saved_searches.models import SearchKind, SharedWith
from vardkase.analysis.saved_searches.services import save_search
from vardkase.identity.access.actor import Actor
from vardkase.intel.collections.models import CollectionType, ElementType
from vardkase.intel.collections.services import add_collection
from vardkase.intel.event_reports.services import add_report
from vardkase.intel.event_templates.services import switch_template
from vardkase.intel.event_templates.starters import update_from_library
from vardkase.intel.models import Event
from vardkase.intel.proposals.conversation import comment_on_proposal
from vardkase.intel.proposals.services import propose_attribute
from vardkase.intel.services.contact import contact_reporter
from vardkase.intel.services.events import add_event
from vardkase.intel.services.publish import publish_event
from vardkase.misp.distribution import Distribution

CASE = UUID("6f0d7c1a-2b44-4a4e-9c52-7f1f0a5d3e10")
SIGHTED = (
    ("login", "domain", "loneportalen-norrvik.example", 9, 2),
    ("server", "ip-dst", "203.0.113.41", 9, 1),
    ("page", "url", "https://loneportalen-norrvik.example/bankkonto", 6, 2),
    ("sender", "email-src", "lon@loneportalen-norrvik.example", 5, 5),
)
"""Name, type and value of what was seen, and how many days ago for the first and the last time."""
REPORT = """## Sammanfattning

Sju anställda fick mejl från @[attribute]({sender}) om ett ändrat bankkonto. Länken gick till @[attribute]({page}).

## Vad vi såg

- Domänen @[attribute]({login}) registrerades fyra dagar före det första mejlet.
- Sidan låg på @[attribute]({server}).
- Två personer skrev in sina lösenord. Kontona spärrades inom en timme.

## Åtgärder

Blockera domänen och adressen. Sök i e-postloggarna efter avsändaren.
"""
LANGUAGE = ".sv"
"""Of the packaged event templates that are switched on."""


def offer_templates(console: Actor) -> None:
    for installed in update_from_library(console)["installed"]:
        if installed["slug"].endswith(LANGUAGE):
            switch_template(console, installed["id"], active=True)


def add_daily_work(people: Mapping[str, Actor], now: datetime) -> None:
    """A case of the first of `people`, which the two after it ask about and add to."""
    owner, asker, proposer, *_ = people.values()
    case = _share_case(owner, now)
    contact_reporter(
        asker,
        case.pk,
        "Gick mejlen bara till ekonomiavdelningen? Vi har fått ett liknande.",
        creator_only=False,
    )
    proposal = propose_attribute(
        proposer,
        case.pk,
        {
            "type": "domain",
            "category": "Network activity",
            "value": "loneportalen-regionen.example",
            "to_ids": True,
            "comment": "Samma sida, riktad till oss",
        },
    )
    comment_on_proposal(owner, proposal.pk, "Tack. Har ni en tid för när ni såg den första gången?")
    comment_on_proposal(proposer, proposal.pk, "I måndags klockan 8.")
    _keep(owner, case)


def _share_case(owner: Actor, now: datetime) -> Event:
    document = {
        "info": "Nätfiske i lönesystemets namn: mejl, sida och server",
        "date": (now - timedelta(days=5)).date().isoformat(),
        "distribution": str(Distribution.COMMUNITY.value),
        "threat_level_id": "2",
        "analysis": "1",
        "Tag": [{"name": "tlp:green"}],
        "Attribute": [
            {
                "uuid": str(_uuid(name)),
                "type": kind,
                "value": value,
                "to_ids": True,
                "first_seen": (now - timedelta(days=first)).isoformat(),
                "last_seen": (now - timedelta(days=last)).isoformat(),
            }
            for name, kind, value, first, last in SIGHTED
        ],
    }
    event_id = add_event(owner, document).event_id
    content = REPORT.format_map({name: _uuid(name) for name, *_ in SIGHTED})
    inherited = str(Distribution.INHERIT.value)
    add_report(owner, event_id, {"name": "Lägesbild", "content": content, "distribution": inherited})
    publish_event(owner, event_id)
    return Event.objects.get(pk=event_id)


def _keep(owner: Actor, case: Event) -> None:
    shared = Event.objects.filter(distribution=Distribution.COMMUNITY, published=True).exclude(pk=case.pk)
    related = shared.filter(info__contains="lönesystemets").order_by("pk")[:3]
    elements: list[dict[str, Any]] = [
        {"element_uuid": str(event.uuid), "element_type": ElementType.EVENT.value}
        for event in (case, *related)
    ]
    add_collection(
        owner,
        {
            "name": "Nätfiske mot lönesystem",
            "type": CollectionType.CAMPAIGN.value,
            "description": "Händelser där någon vill byta bankkonto före en utbetalning av lön.",
            "distribution": str(Distribution.COMMUNITY.value),
            "CollectionElement": elements,
        },
    )
    save_search(
        owner,
        {
            "name": "Till vår brandvägg: adresser från den senaste månaden",
            "description": "Adresser för detektion i publicerade händelser.",
            "kind": SearchKind.ATTRIBUTES.value,
            "filters": {"type": ["ip-dst", "domain"], "to_ids": 1, "published": 1, "last": "30d"},
            "shared_with": SharedWith.ORGANISATION.value,
        },
    )


def _uuid(name: str) -> UUID:
    return uuid5(CASE, name)
