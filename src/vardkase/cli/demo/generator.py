"""Generates events from a seed; the same seed always produces the same events.

Each event is one of `STORIES`: a case as members would share it, with an e-mail, the file it carried and the
page it led to as objects that refer to each other, and loose values around them. Values repeat by Zipf's law,
so that events correlate as real ones do: a few values with many events, most with none. Addresses and domains
are from the ranges that are set aside for examples and tests, and belong to nobody.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

POOL = 5_000
SHARED = 0.3
TAGGED = 0.08
"""Values that repeat, the share of values that are of these, and of attributes with a tag of their own."""
SPAN_DAYS = 120
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """A kind of case: its title (``{name}`` is replaced by a new invented name) and its tags."""

    title: str
    threat_level: int
    tags: tuple[str, ...]


def _pattern(value: str) -> str:
    return f'misp-galaxy:mitre-attack-pattern="{value}"'


STORIES = (
    Story(
        "Nätfiske i lönesystemets namn mot kommuner ({name})",
        2,
        (_pattern("Spearphishing Link - T1566.002"), 'misp-galaxy:target-information="Sweden"'),
    ),
    Story(
        "Faktura med skadlig bilaga: {name}",
        3,
        (_pattern("Spearphishing Attachment - T1566.001"), 'misp-galaxy:malpedia="Remcos"'),
    ),
    Story(
        "Utpressningsangrepp via fjärråtkomst, infrastruktur {name}",
        1,
        (
            _pattern("External Remote Services - T1133"),
            _pattern("Data Encrypted for Impact - T1486"),
            'misp-galaxy:ransomware="Akira"',
        ),
    ),
    Story(
        "Överbelastning mot vårdens bokningssidor, {name}",
        3,
        (
            _pattern("Network Denial of Service - T1498"),
            'misp-galaxy:threat-actor="NoName057(16)"',
            'misp-galaxy:sector="Health"',
        ),
    ),
    Story("Lösenordssprejning mot e-post från {name}", 3, (_pattern("Password Spraying - T1110.003"),)),
    Story(
        "Sårbar brandvägg utnyttjas, webbskal {name}",
        1,
        (_pattern("Exploit Public-Facing Application - T1190"), 'misp-galaxy:sector="Energy"'),
    ),
    Story(
        "Informationsstjälare sprids i falska uppdateringar ({name})",
        2,
        ('misp-galaxy:malpedia="Lumma Stealer"', _pattern("PowerShell - T1059.001")),
    ),
    Story(
        "Skanning av styrsystem i vattenverk från {name}",
        2,
        ('misp-galaxy:sector="Water"', 'misp-galaxy:target-information="Sweden"'),
    ),
)
MARKINGS = ("tlp:clear", "tlp:green", "tlp:green", "tlp:amber", "tlp:amber", "tlp:red")
NAMES = ("gråsparv", "lodjur", "rödhake", "sävsångare", "tornseglare", "mård", "strömming", "kornknarr")
SUBJECTS = (
    "Ändrad utbetalning av lön",
    "Påminnelse: obetald faktura",
    "Ditt konto stängs i dag",
    "Dokument att signera",
)
FILENAMES = ("Faktura_{n}.docm", "lonebesked_{n}.iso", "uppdatering-{n}.js", "signering_{n}.html")


@dataclass(frozen=True, slots=True)
class StoryKind:
    """An attribute type with its category, its share of all loose attributes, and a function for the n-th
    value."""

    type: str
    category: str
    to_ids: bool
    share: int
    value: Callable[[int], str]


def _hash(name: str, number: int) -> str:
    return hashlib.new(name, f"vardkase:{number}".encode(), usedforsecurity=False).hexdigest()


def _address(number: int) -> str:
    """An address in 198.18.0.0/15, the benchmarking range: 131,072 addresses."""
    return f"198.{18 + (number >> 16) % 2}.{number >> 8 & 255}.{number & 255}"


def _domain(number: int) -> str:
    return f"{_hash('md5', number)[:8]}.{NAMES_ASCII[number % len(NAMES_ASCII)]}.example"


NAMES_ASCII = ("login", "portal", "update", "cdn", "mail", "files")
KINDS = (
    StoryKind("ip-dst", "Network activity", True, 25, _address),
    StoryKind("domain", "Network activity", True, 20, _domain),
    StoryKind("url", "Network activity", True, 15, lambda n: f"https://{_domain(n)}/{_hash('sha1', n)[:6]}"),
    StoryKind("sha256", "Payload delivery", True, 15, lambda n: _hash("sha256", n)),
    StoryKind("md5", "Payload delivery", True, 8, lambda n: _hash("md5", n)),
    StoryKind(
        "filename|sha256",
        "Payload delivery",
        True,
        7,
        lambda n: f"{FILENAMES[n % len(FILENAMES)].format(n=n)}|{_hash('sha256', n)}",
    ),
    StoryKind("email-src", "Payload delivery", True, 5, lambda n: f"avsandare{n}@{_domain(n)}"),
    StoryKind("hostname", "Network activity", True, 5, lambda n: f"www.{_domain(n)}"),
)


def events(
    seed: int, count: int, attributes_per_event: int = 40, *, until: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """`count` events as a client would send them, each with `attributes_per_event` loose attributes and three
    to five objects.

    They are dated within `SPAN_DAYS` days before `until` (default: a fixed day, so that the result does not
    depend on the clock).
    """
    maker = _Maker(seed, until or EPOCH)
    return (maker.event(attributes_per_event) for _ in range(count))


class _Maker:
    def __init__(self, seed: int, until: datetime) -> None:
        self._random = random.Random(seed)  # noqa: S311 - has to repeat, not to be unguessable
        self._until = until
        self._fresh = itertools.count(POOL + seed % 1_000 * 1_000_000 + 1)
        # Zipf's law: the n-th value is as frequent as 1/n.
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, POOL + 1)))
        self._shares = list(itertools.accumulate(kind.share for kind in KINDS))

    def event(self, attributes: int) -> dict[str, Any]:
        story = self._random.choice(STORIES)
        happened = self._until - timedelta(minutes=self._random.randrange(SPAN_DAYS * 24 * 60))
        timestamp = str(int(happened.timestamp()))
        tags = [self._random.choice(MARKINGS), *story.tags]
        return {
            "uuid": self._uuid(),
            "info": story.title.format(name=self._random.choice(NAMES)),
            "date": happened.date().isoformat(),
            "timestamp": timestamp,
            "threat_level_id": str(story.threat_level),
            "analysis": str(self._random.randrange(3)),
            "distribution": "1",
            "Tag": [{"name": name} for name in tags],
            "Attribute": self._attributes(attributes, story, timestamp),
            "Object": self._objects(timestamp),
        }

    def _attributes(self, count: int, story: Story, timestamp: str) -> list[dict[str, Any]]:
        seen: set[tuple[str, str]] = set()
        rows = []
        for kind in self._random.choices(KINDS, cum_weights=self._shares, k=count):
            value = kind.value(self._number())
            while (kind.type, value) in seen:
                value = kind.value(next(self._fresh))
            seen.add((kind.type, value))
            row = self._attribute(kind.type, value, timestamp, category=kind.category, to_ids=kind.to_ids)
            if self._random.random() < TAGGED:
                row["Tag"] = [{"name": self._random.choice(story.tags)}]
            rows.append(row)
        return rows

    def _objects(self, timestamp: str) -> list[dict[str, Any]]:
        number = self._number()
        domain, address = _domain(number), _address(number)
        rows = [
            ("filename", "filename", FILENAMES[number % len(FILENAMES)].format(n=number)),
            ("md5", "md5", _hash("md5", number)),
            ("sha256", "sha256", _hash("sha256", number)),
            ("size-in-bytes", "size-in-bytes", str(20_000 + number % 900_000)),
        ]
        file = self._object("file", timestamp, rows)
        rows = [("url", "url", f"https://{domain}/{number}"), ("domain", "domain", domain)]
        page = self._object("url", timestamp, rows)
        rows = [("domain", "domain", domain), ("ip", "ip-dst", address)]
        host = self._object("domain-ip", timestamp, rows)
        rows = [
            ("from", "email-src", f"lon{number % 200}@{domain}"),
            ("subject", "email-subject", self._random.choice(SUBJECTS)),
        ]
        mail = self._object("email", timestamp, rows)
        mail["ObjectReference"] = [_reference(mail, file, "contains"), _reference(mail, page, "contains")]
        page["ObjectReference"] = [_reference(page, host, "resolved-to")]
        file["ObjectReference"] = [_reference(file, page, "downloaded-from")]
        return [mail, file, page, host]

    def _object(self, name: str, timestamp: str, rows: list[tuple[str, str, str]]) -> dict[str, Any]:
        uuid, version, category = TEMPLATES[name]
        return {
            "uuid": self._uuid(),
            "name": name,
            "meta-category": category,
            "template_uuid": uuid,
            "template_version": version,
            "description": "",
            "distribution": "5",
            "timestamp": timestamp,
            "Attribute": [
                self._attribute(type_, value, timestamp, object_relation=relation)
                for relation, type_, value in rows
            ],
        }

    def _attribute(self, type_: str, value: str, timestamp: str, **more: Any) -> dict[str, Any]:
        return {"uuid": self._uuid(), "type": type_, "value": value, "timestamp": timestamp, **more}

    def _number(self) -> int:
        if self._random.random() < SHARED:
            return self._random.choices(range(POOL), cum_weights=self._weights)[0]
        return next(self._fresh)

    def _uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))


TEMPLATES = {
    "email": ("a0c666e0-fc65-4be8-b48f-3423d788b552", "19", "network"),
    "file": ("688c46fb-5edb-40a3-8273-1af7923e2215", "25", "file"),
    "url": ("60efb77b-40b5-4c46-871b-ed1ed999fce5", "10", "network"),
    "domain-ip": ("43b3b146-77eb-4931-b4cc-b66c60f28734", "11", "network"),
}
"""uuid, version and meta-category of the object templates used."""


def _reference(source: dict[str, Any], target: dict[str, Any], relationship: str) -> dict[str, str]:
    return {
        "object_uuid": source["uuid"],
        "referenced_uuid": target["uuid"],
        "relationship_type": relationship,
        "comment": "",
    }
