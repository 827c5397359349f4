"""Rounds: load, a fault, recovery, and what must hold then."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import groupby

from bench.asking import Asking, Cut, Said
from bench.chaos.checks import check, settle
from bench.chaos.faults import FAULTS, Fault, Scene
from bench.chaos.inspector import Inspector
from bench.chaos.ledger import Ledger
from bench.chaos.peers import Peer, peering
from bench.chaos.people import People, people_of
from bench.chaos.site import CLOCK, FAKETIME, Site, on_small_disk
from bench.chaos.writers import Load
from bench.corpus import Corpus

BLOCK = 50
"""Rounds that share their hubs: the jobs of all are waited for at their end."""
RECOVERY = 60.0
"""Seconds after which a hub has to work again, on a machine with other work too."""
SENT_BEFORE = 0.3
"""Seconds before SIGTERM from which on a request has certainly arrived."""
GRACE = 10.0


@dataclass(slots=True)
class Round:
    """What one round found."""

    number: int
    fault: str
    sent: int = 0
    acknowledged: int = 0
    answered: int = 0
    refused: int = 0
    cut: int = 0
    recovery: float = 0.0
    """Seconds from the end of the fault until writing, reading and `/readyz` worked."""
    faults: list[str] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return sum(fault.startswith("lost") for fault in self.faults)


def drawn(seed: int, rounds: int, *, only: str = "", small_disk: bool = True) -> list[Fault]:
    """The faults of a run: all kinds equally often, in an order that the seed decides."""
    possible = [
        fault
        for fault in FAULTS
        if only in fault.name
        and (small_disk or not fault.whole_disk)
        and (fault.site != CLOCK or FAKETIME.exists())
    ]
    rng = random.Random(seed)
    order: list[Fault] = []
    while len(order) < rounds:
        order += rng.sample(possible, len(possible))
    return order[:rounds]


def run(
    seed: int, rounds: int, prepare: Callable[[Site], None], only: str = "", *, settles: bool = True
) -> Iterator[Round]:
    """All rounds, in blocks that begin with new hubs. `settles`: wait for all jobs at the end of each block."""
    with on_small_disk(wanted=True) as (_, small_disk):
        faults = drawn(seed, rounds, only=only, small_disk=small_disk)
    for first in range(0, rounds, BLOCK):
        block = sorted(enumerate(faults[first : first + BLOCK], first), key=lambda each: each[1].site)
        for kind, group in groupby(block, key=lambda each: each[1].site):
            yield from _on_one_hub(kind, list(group), seed, prepare, settles=settles)


def _on_one_hub(
    kind: str, faults: list[tuple[int, Fault]], seed: int, prepare: Callable[[Site], None], *, settles: bool
) -> Iterator[Round]:
    with (
        on_small_disk(wanted=any(fault.whole_disk for _, fault in faults)) as (folder, _),
        peering(Peer(Corpus(seed_of("peer", seed, faults[0][0])))) as peer,
        peering(Peer(Corpus(0))) as slow,
        _standing(Site(kind, folder), prepare) as site,
        ExitStack() as asking,
    ):
        people = people_of(site.url, site.key, peer, slow)
        inspector = asking.enter_context(closing(Inspector(folder)))
        ledgers = []
        for number, fault in faults:
            scene = Scene(site, people, slow, random.Random(seed_of("round", seed, number)))
            result, ledger = _round(scene, fault, number, peer, inspector)
            ledgers.append(ledger)
            if settles and number == faults[-1][0]:
                result.faults += settle(site, ledgers)
            yield result


@contextmanager
def _standing(site: Site, prepare: Callable[[Site], None]) -> Iterator[Site]:
    try:
        prepare(site)
        site.prepare()
        site.start()
        yield site
    finally:
        site.close()
        assert site.is_gone(), f"{site.left()} outlived the hub"


def _round(scene: Scene, fault: Fault, number: int, peer: Peer, inspector: Inspector) -> tuple[Round, Ledger]:
    result = Round(number, fault.name)
    with scene.site.connect() as connection:
        connection.execute("CHECKPOINT")  # The log of the rounds before would fill the small disk.
    load = Load(scene.site.url, scene.people, peer, scene.rng.getrandbits(60))
    load.start()
    scene.pause(0.5, 1.2)
    try:
        fault.strike(scene)
    except (AssertionError, OSError, Cut, RuntimeError) as error:
        result.faults.append(f"{type(error).__name__}: {error}")
    result.recovery = _recovered(scene.site, scene.people, result)
    scene.pause(0.2, 0.5)
    load.stop()
    ledger = load.ledger
    result.faults += check(scene.site, inspector, ledger)
    result.faults += _unanswered(fault, scene, ledger)
    result.sent, result.acknowledged = len(ledger.writes), ledger.acknowledged()
    result.answered, result.refused, result.cut = ledger.reads, ledger.unavailable, len(ledger.cuts)
    return result, ledger


def _recovered(site: Site, people: People, result: Round) -> float:
    """Seconds until a write, a page and `/readyz` are answered as usual."""
    began = time.monotonic()
    asking = Asking(site.url, people.analyst)
    while time.monotonic() - began < RECOVERY:
        try:
            wrong = next((said.shown() for said in _looks(asking) if not said.is_done()), "")
        except Cut as cut:
            wrong = str(cut)
        if not wrong:
            asking.close()
            return time.monotonic() - began
        time.sleep(0.05)
    asking.close()
    result.faults.append(f"the hub did not work again within {RECOVERY:.0f} seconds: {wrong}")
    return RECOVERY


def _looks(asking: Asking) -> Iterator[Said]:
    yield asking.api("POST", "/events/add", {"info": "recovered"})
    yield asking.page("/account/login/")
    yield asking.page("/readyz")


def _unanswered(fault: Fault, scene: Scene, ledger: Ledger) -> list[str]:
    if not fault.cuts and ledger.cuts:
        return [f"not answered, although only something else failed: {which}" for _, _, which in ledger.cuts]
    at = scene.drained_at
    dropped = [
        ended - at
        for began, ended, _ in ledger.cuts
        if at and began < at - SENT_BEFORE and at < ended < at + GRACE
    ]
    return [f"{len(dropped)} requests in flight were dropped at SIGTERM"] if dropped else []


def seed_of(*parts: object) -> int:
    """A number that differs for every use."""
    return random.Random(str(parts)).getrandbits(60)
