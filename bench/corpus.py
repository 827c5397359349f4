"""Events for measuring: made from a seed, so that two runs and two products get the same ones.

Values repeat as they do in real communities: a quarter of them are drawn by Zipf's law from a pool that all
events share, so that some correlate with thousands of events; the rest are seen once. (The demonstration
community, `vardkase.cli.demo`, tells stories instead; here only volume and repetition count.)
"""

from __future__ import annotations

import hashlib
import itertools
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

POOL = 200_000
SHARED = 0.25
TAGGED = 0.05
SAMPLED = 200
START = 1_672_531_200  # 2023-01-01
SPAN = 730 * 24 * 3600
DAY = 24 * 3600
EVENT_SIZES = (10, 40, 100, 350, 1000, 2500, 3000)
"""Attributes of the stored events, in turn: 1,000 on average, as skewed as real ones are."""

RARE_WORD = "quietharbour"
"""Stands in one value of 20,000: what the substring search looks for."""

TLP = ("tlp:clear", "tlp:green", "tlp:amber", "tlp:red")
CAMPAIGNS = tuple(f'bench:campaign="{number}"' for number in range(50))


@dataclass(frozen=True, slots=True)
class Kind:
    """An attribute type with its category, its share of all attributes, and how to make the n-th value."""

    type: str
    category: str
    to_ids: bool
    share: int
    value: Callable[[int], str]


def _digest(name: str, number: int) -> str:
    return hashlib.new(name, str(number).encode(), usedforsecurity=False).hexdigest()


def _address(number: int) -> str:
    mixed = (number * 2_654_435_761) % (1 << 32)
    return f"{10 + mixed % 180}.{mixed >> 8 & 255}.{mixed >> 16 & 255}.{mixed >> 24}"


def _domain(number: int) -> str:
    word = RARE_WORD if number % 20_000 == 0 else "host"
    return f"{word}-{_digest('md5', number)[:10]}.example{number % 97}.net"


KINDS = (
    Kind("ip-dst", "Network activity", True, 25, _address),
    Kind("domain", "Network activity", True, 15, _domain),
    Kind(
        "url", "Network activity", True, 15, lambda n: f"https://{_domain(n)}/{_digest('md5', n)[10:16]}.php"
    ),
    Kind("sha256", "Payload delivery", True, 15, lambda n: _digest("sha256", n)),
    Kind("md5", "Payload delivery", True, 10, lambda n: _digest("md5", n)),
    Kind("hostname", "Network activity", True, 5, lambda n: f"mail.{_domain(n)}"),
    Kind("filename", "Payload delivery", False, 5, lambda n: f"invoice_{_digest('md5', n)[:8]}.docm"),
    Kind("filename|sha256", "Payload delivery", True, 4, lambda n: f"{n % 9999}.exe|{_digest('sha256', n)}"),
    Kind("email-src", "Payload delivery", True, 3, lambda n: f"sender{n}@{_domain(n)}"),
    Kind(
        "text",
        "Other",
        False,
        3,
        lambda n: f"Seen at {_digest('md5', n)[:12]} in the logs of sensor {n % 400}",
    ),
)


class Corpus:
    """An endless supply of events. `sample` holds the type and value of one made attribute in 200."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.sample: list[tuple[str, str]] = []
        self.rng = random.Random(seed)
        self._unique = POOL
        self._made = 0
        self._ranks = list(itertools.accumulate(1 / rank for rank in range(1, POOL + 1)))
        self._shares = list(itertools.accumulate(kind.share for kind in KINDS))

    def events(self, attributes: int) -> Iterator[dict[str, Any]]:
        """Events of mixed sizes that hold `attributes` attributes together (the last one is cut)."""
        left = attributes
        for size in itertools.cycle(EVENT_SIZES):
            if left <= 0:
                return
            yield self.event(min(size, left))
            left -= size

    def part_ways(self) -> None:
        """From here on other events than any Corpus of this seed: a store takes each event once."""
        self.rng = random.Random()

    def event(self, size: int) -> dict[str, Any]:
        """One event of `size` attributes, as a client would send it."""
        timestamp = START + self.rng.randrange(SPAN)
        return {
            "uuid": self._uuid(),
            "info": f"Bench event {self._unique}",
            "distribution": "1",
            "threat_level_id": str(self.rng.randrange(1, 5)),
            "analysis": "2",
            "date": f"{2023 + (timestamp - START) // (365 * DAY)}-{self.rng.randrange(1, 13):02}-15",
            "timestamp": str(timestamp),
            "Tag": [{"name": self.rng.choice(TLP)}, {"name": self.rng.choice(CAMPAIGNS)}],
            "Attribute": self._attributes(size, timestamp),
        }

    def values(self, count: int, *types: str) -> list[str]:
        """`count` different values that were made, of `types` or of any."""
        chosen = list(dict.fromkeys(value for kind, value in self.sample if not types or kind in types))
        return random.Random(self.seed).sample(chosen, min(count, len(chosen)))

    def _attributes(self, size: int, timestamp: int) -> list[dict[str, Any]]:
        kinds = self.rng.choices(KINDS, cum_weights=self._shares, k=size)
        shared = iter(self.rng.choices(range(POOL), cum_weights=self._ranks, k=size))
        seen: set[tuple[str, str]] = set()
        return [self._attribute(kind, next(shared), timestamp, seen) for kind in kinds]

    def _attribute(
        self, kind: Kind, shared: int, timestamp: int, seen: set[tuple[str, str]]
    ) -> dict[str, Any]:
        value = kind.value(shared) if self.rng.random() < SHARED else ""
        if not value or (kind.type, value) in seen:
            # An event holds a value once: a shared one that is there already gives way to a new one.
            self._unique += 1
            value = kind.value(self._unique)
        seen.add((kind.type, value))
        self._made += 1
        if self._made % SAMPLED == 0:
            self.sample.append((kind.type, value))
        attribute: dict[str, Any] = {
            "uuid": self._uuid(),
            "type": kind.type,
            "category": kind.category,
            "value": value,
            "to_ids": kind.to_ids,
            "timestamp": str(timestamp - self.rng.randrange(30 * DAY)),
        }
        if self.rng.random() < TAGGED:
            attribute["Tag"] = [{"name": self.rng.choice(CAMPAIGNS)}]
        return attribute

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
