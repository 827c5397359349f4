"""An attacker with the whole database tells who published anonymously no better than by guessing.

Members publish fresh incidents in rounds. The attacker reads the tables as they are after each slot and each round,
with where rows lie and which transaction wrote them, and is told besides who submitted something before each round,
in order, as somebody who watches the network would know. Each attack names one of them for every publication.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from math import sqrt
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import Max

from tests.factories import make_attribute, make_event, make_role, make_user
from tests.factories.officers import officer
from tests.factories.people import make_organisations
from tests.factories.sealed_links import with_officer_key
from tests.factories.seed import PUBLISHER, Seed
from vardkase.audit.models import AuditEntry
from vardkase.core.settings.models import SettingValue
from vardkase.hub.anonymous_publication import slots
from vardkase.hub.anonymous_publication.authoring import draft_of, submit_publication
from vardkase.hub.anonymous_publication.models import AnonymousPublication
from vardkase.hub.anonymous_publication.recovery_codes import new_code, read_code
from vardkase.hub.anonymous_publication.rounds import hold_round
from vardkase.hub.anonymous_publication.settings import ENABLED
from vardkase.hub.anonymous_publication.submissions import PARTS
from vardkase.hub.sealed_links.models import SealedLink
from vardkase.hub.sealed_links.sealing import SealedIdentity, seal
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Attribute, Event

MEMBERS, PUBLICATIONS, A_ROUND = 50, 200, 20
OF_95, OF_999 = 1.96, 3.29
"""Of intervals of 95 % for the table, and of 99.9 % for the judgement: ten attacks have ten chances of luck."""
TITLES = ("Phishing against staff", "Malicious attachment", "Scanning of a VPN", "Ransomware, infrastructure")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the attacker sees of a publication after its round."""

    event: Event
    sealed: bytes
    place: tuple[str, str]
    """Where its row lies, and the transaction that wrote it."""
    author_key: str


@dataclass(slots=True)
class OneRound:
    """`authors`: who submitted, in order; `of`: whose a publication is, which the attacker does not know."""

    authors: list[int]
    of: dict[str, int]
    seen: list[Seen] = field(default_factory=list)
    queue: list[tuple[str, bytes]] = field(default_factory=list)
    """Rows of the queue in the order in which they lay there, by slot."""


type Attack = Callable[[OneRound, Seen], int]


@pytest.fixture
def members(seed: Seed) -> Iterator[list[Actor]]:
    """Members with earlier events of their own, and two officers with keys."""
    for name in ("per", "lisa"):
        with_officer_key(officer(seed, f"{name}@hub.example").user)
    SettingValue.objects.create(name=ENABLED.name, value=True)
    role = make_role("Anonymous publisher", PUBLISHER)
    actors = []
    for number, org in enumerate(make_organisations(*(f"Kommun {name}" for name in range(MEMBERS)))):
        user = make_user(org, role, f"analyst@kommun{number}.example")
        for _ in range(2):
            event = make_event(org, distribution=1, published=True, user_id=user.pk)
            event.save()
            make_attribute(event, type="domain", value1=f"{secrets.token_hex(6)}.example").save()
        actors.append(actor_for(user, Credential.BROWSER))
    slots.forget_all()
    yield actors
    slots.forget_all()


@pytest.mark.long
def test_attacks_do_no_better_than_guessing(members: list[Actor]) -> None:
    chance = Random(2026)
    rounds = [_one_round(members, chance) for _ in range(PUBLICATIONS // A_ROUND)]
    assert sum(len(each.seen) for each in rounds) == PUBLICATIONS
    table, better = [f"{'attack':<14} {'hits':>5} {'expected':>8}  95 % interval"], []
    for name, attack in ATTACKS.items():
        hits, expected = 0, 0.0
        for each in rounds:
            for seen in each.seen:
                author = each.of[seen.author_key]
                hits += attack(each, seen) == author
                expected += each.authors.count(author) / len(each.authors)
        low, high = wilson(hits, PUBLICATIONS, OF_95)
        table.append(f"{name:<14} {hits:>5} {expected:>8.1f}  {low:.3f} to {high:.3f}")
        if wilson(hits, PUBLICATIONS, OF_999)[0] > expected / PUBLICATIONS:
            better.append(name)
    sys.stdout.write("\n".join(["", *table, ""]))
    assert better == [], table
    _attacks_find_what_docs_say(rounds)


def _attacks_find_what_docs_say(rounds: list[OneRound]) -> None:
    """Where the author has the same values in an event of its own, that leads to it (docs/anonymity.md)."""
    for each in rounds:
        author = each.of[each.seen[0].author_key]
        own = Event.objects.filter(orgc=author).earliest("pk")
        value = (
            Attribute.objects.filter(event=each.seen[0].event).values_list("value1", flat=True).earliest("pk")
        )
        make_attribute(own, type="domain", value1=value).save()
    assert all(by_values(each, each.seen[0]) == each.of[each.seen[0].author_key] for each in rounds)


def _one_round(members: list[Actor], chance: Random) -> OneRound:
    authors = [chance.randrange(len(members)) for _ in range(A_ROUND)]
    held = OneRound([members[number].organisation_id for number in authors], {})
    began = AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    for number in authors:
        code, actor = new_code(), members[number]
        incident: dict[str, Any] = {
            "info": chance.choice(TITLES),
            "Attribute": [{"type": "domain", "value": f"{secrets.token_hex(8)}.example"} for _ in range(3)],
        }
        submit_publication(actor, code, draft_of(actor, incident, 1).document, consents=True)
        held.of[read_code(code).author_key] = actor.organisation_id
        if chance.random() < 0.4:
            held.queue += _written()
    while slots._waiting:
        held.queue += _written()
    hold_round()
    organisations = {actor.organisation_id for actor in members}
    # No entry names one of them.
    assert not AuditEntry.objects.filter(pk__gt=began, organisation_id__in=organisations).exists()
    held.seen = [
        _seen(row)
        for row in AnonymousPublication.objects.filter(author_key__in=held.of).order_by("event_uuid")
    ]
    return held


def _written() -> list[tuple[str, bytes]]:
    slots.write_slot()
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text, mark FROM anonymous_queue ORDER BY ctid DESC LIMIT %s", (PARTS,))
        return [(place, bytes(mark)) for place, mark in cursor.fetchall()]


def _seen(row: AnonymousPublication) -> Seen:
    assert row.event_uuid is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text, xmin::text FROM sealed_link WHERE about = %s", (row.event_uuid,))
        place, written_by = cursor.fetchone() or ("", "")
    sealed = bytes(SealedLink.objects.get(about=row.event_uuid).content)
    return Seen(Event.objects.get(uuid=row.event_uuid), sealed, (place, written_by), row.author_key)


def by_rank(rank: Callable[[Seen], Any]) -> Attack:
    """The first by `rank` is taken for that of who submitted first."""

    def attack(held: OneRound, seen: Seen) -> int:
        ordered = sorted(held.seen, key=rank)
        return held.authors[ordered.index(seen) % len(held.authors)]

    return attack


def by_likeness(likeness: Callable[[Event, Seen], float]) -> Attack:
    """The one with the earlier event that is most like it."""

    def attack(held: OneRound, seen: Seen) -> int:
        earlier = Event.objects.filter(orgc__in=set(held.authors))
        return max(earlier, key=lambda event: likeness(event, seen)).orgc_id

    return attack


def sealed_again(held: OneRound, seen: Seen) -> int:
    """Anybody can seal an identity to the officers' public keys: the link that is most like it."""

    def likeness(number: int) -> int:
        organisation = Organisation.objects.get(pk=number)
        again = seal(SealedIdentity(str(organisation.uuid), organisation.name, f"analyst@{number}"))
        return sum(one == other for one, other in zip(again, seen.sealed, strict=True))

    return max(sorted(set(held.authors)), key=likeness)


def by_mark(held: OneRound, seen: Seen) -> int:
    """The mark in the queue that is most like the author's key."""
    key = seen.author_key.encode()
    place = max(
        range(len(held.queue)),
        key=lambda row: sum(a == b for a, b in zip(held.queue[row][1], key, strict=False)),
    )
    return held.authors[place * len(held.authors) // len(held.queue)]


def by_values(held: OneRound, seen: Seen) -> int:
    """Whoever has the same values in another event."""
    values = Attribute.objects.filter(event=seen.event).values_list("value1", flat=True)
    same = Attribute.objects.filter(event__orgc__in=held.authors, value1__in=list(values))
    return same.values_list("event__orgc_id", flat=True).first() or held.authors[0]


ATTACKS: dict[str, Attack] = {
    "event id": by_rank(lambda seen: seen.event.pk),
    "uuid order": by_rank(lambda seen: str(seen.event.uuid)),
    "times": by_rank(lambda seen: (seen.event.timestamp, seen.event.publish_timestamp, seen.event.arrived)),
    "page order": by_rank(lambda seen: tuple(map(int, seen.place[0].strip("()").split(",")))),
    "transaction": by_rank(lambda seen: seen.place[1]),
    "queue marks": by_mark,
    "sealed link": sealed_again,
    "uuid likeness": by_likeness(
        lambda event, seen: SequenceMatcher(None, str(event.uuid), str(seen.event.uuid)).ratio()
    ),
    "values": by_values,
    "title": by_likeness(lambda event, seen: SequenceMatcher(None, event.info, seen.event.info).ratio()),
}


def wilson(hits: int, of: int, z: float) -> tuple[float, float]:
    """The interval of a proportion (Wilson's score interval)."""
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return middle - half, middle + half
