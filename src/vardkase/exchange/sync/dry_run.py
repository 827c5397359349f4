"""Dry runs of pull and push: what would move and why the rest would not. Neither side is changed.

It asks and decides as the pull (`pull.PullRun`) and the push (`push.PushRun`) do, and stops where they would fetch
or send.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from vardkase.core.errors import Conflict
from vardkase.core.jobs.problems import problem_of
from vardkase.core.problems import Problem
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer, RemoteRefused
from vardkase.exchange.servers.problems import ConnectionProblem
from vardkase.exchange.sync import candidates, outgoing, pull, push
from vardkase.exchange.sync.decisions import SyncDecision
from vardkase.exchange.sync.index import OfferedEvent
from vardkase.exchange.sync.models import SyncDirection
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.models import Event
from vardkase.misp.flags import as_int

LISTED = 500
"""Events that are named one by one: those that would move first."""
TITLED = 200
"""Events of which the other instance is asked what they are called."""


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One event, its title ("" if unknown before fetching), and its sync decision."""

    uuid: str
    title: str
    fate: SyncDecision


@dataclass(slots=True)
class SyncPlan:
    """The result of a dry run.

    `events` counts events by sync decision, `others` the other objects that would move, by kind (clusters,
    proposals, sightings, analyst_data, collections), `items` names the first `LISTED` events. `troubles` are
    the kinds that the other instance did not report, with the problem.
    """

    direction: SyncDirection
    technique: str
    events: Counter[SyncDecision] = field(default_factory=Counter)
    others: dict[str, int] = field(default_factory=dict)
    items: list[PlannedEvent] = field(default_factory=list)
    troubles: dict[str, Problem] = field(default_factory=dict)

    @property
    def moving(self) -> int:
        return sum(count for fate, count in self.events.items() if fate.moves)

    def kind(self, kind: str, work: Callable[[], int]) -> None:
        """Count the objects of one kind; a kind that the other instance does not report does not stop the
        others."""
        try:
            self.others[kind] = work()
        except RemoteRefused as refused:
            self.troubles[kind] = problem_of(refused)


def plan(
    actor: Actor, server: Server, direction: SyncDirection, technique: str, *, force: bool = False
) -> SyncPlan:
    """What a pull or push would do; `force` as in a pull.

    Raises Forbidden, Invalid, Conflict when pulling is off, OutgoingFailed when the other instance cannot be
    reached.
    """
    actor.require(Permission.SITE_ADMIN)
    actor.require_content_access()
    (pull if direction is SyncDirection.PULL else push).require_technique(technique)
    if direction is SyncDirection.PULL and not server.pull:
        raise Conflict(ConnectionProblem.PULL_OFF())
    made = SyncPlan(direction, technique)
    if direction is SyncDirection.PULL:
        _plan_pull(made, pull.PullRun(server, technique, force=force))
    else:
        _plan_push(made, push.PushRun(server))
    return made


def _plan_pull(made: SyncPlan, pulling: pull.PullRun) -> None:
    version, sources = pulling.version(), pulling.sources
    if pulling.takes_clusters(version):
        which = pull.which_clusters(made.technique)
        made.kind("clusters", lambda: len(sources.lacking_clusters(which)))
    if made.technique == pull.CLUSTERS:
        return
    if not pulling.of_all_events:
        _plan_one(made, pulling)
        return
    offered = pulling.offered(pulling.rules)
    _judge(made, pulling, offered)
    made.kind("proposals", sources.lacking_proposals)
    made.kind("sightings", lambda: len(sources.sighted(offered)))
    if version.get("perm_analyst_data"):
        made.kind("analyst_data", lambda: sum(map(len, sources.lacking_analyst_data().values())))
    if pulling.takes_collections(version):
        made.kind("collections", lambda: len(sources.lacking_collections()))


def _judge(made: SyncPlan, pulling: pull.PullRun, offered: list[OfferedEvent]) -> None:
    sieve = pulling.sieve(offered)
    fates = {each.uuid: sieve.fate(each) for each in reversed(offered)}
    if pulling.rules != {}:
        fates |= {each.uuid: SyncDecision.RULES for each in pulling.offered({}) if each.uuid not in fates}
    made.events.update(fates.values())
    chosen = sorted(fates.items(), key=lambda each: not each[1].moves)[:LISTED]
    titles = _titles_here(uuid for uuid, _fate in chosen)
    unknown = [uuid for uuid, fate in chosen if fate is SyncDecision.NEW][:TITLED]
    titles |= _titles_there(pulling.peer, unknown)
    made.items = [PlannedEvent(uuid, titles.get(uuid, ""), fate) for uuid, fate in chosen]


def _plan_one(made: SyncPlan, pulling: pull.PullRun) -> None:
    event = pulling.header()
    if event is None:
        made.events[SyncDecision.MISSING] += 1
        return
    creator = event.get("Orgc")
    offered = OfferedEvent(
        uuid=str(event["uuid"]).lower(),
        timestamp=as_int(event.get("timestamp")) or 0,
        sighting_timestamp=0,
        creator=str(creator.get("uuid")).lower() if isinstance(creator, dict) else "",
    )
    fate = pulling.sieve([offered]).fate(offered)
    if fate is SyncDecision.SET_ASIDE:  # Whoever asks for one event gets it tried again.
        fate = SyncDecision.NEW
    made.events[fate] += 1
    made.items = [PlannedEvent(offered.uuid, str(event.get("info") or ""), fate)]


def _plan_push(made: SyncPlan, pushing: push.PushRun) -> None:
    version, sending = pushing.version(), pushing.sending
    may_sync = push.may_sync(version)
    event_ids = push.events_of(made.technique)
    if pushing.sends_clusters(version):
        made.kind("clusters", lambda: len(sending.lacking_clusters(event_ids=event_ids)))
    if may_sync:
        _judge_own(made, pushing)
    known = pushing.known(event_ids)
    if may_sync:
        made.kind(
            "proposals", lambda: sum(len(each.ids) for each in outgoing.proposals(pushing.reader, known))
        )
    if pushing.server.push_sightings:
        lacking = sending.lacking_sightings(known, can_filter=push.can_filter(version))
        made.kind("sightings", lambda: sum(len(things) for _uuid, things in lacking))
    if pushing.sends_analyst_data(version):
        made.kind(
            "analyst_data", lambda: sum(map(len, sending.lacking_analyst_data(event_ids=event_ids).values()))
        )
    if event_ids is None and pushing.sends_collections(version):
        made.kind("collections", lambda: len(sending.lacking_collections()))


def _judge_own(made: SyncPlan, pushing: push.PushRun) -> None:
    found = pushing.candidates(made.technique, push.events_of(made.technique))
    wanted = {each.uuid for each in pushing.wanted(found)}
    fates = {
        each.uuid: SyncDecision.NEW if each.uuid in wanted else SyncDecision.NOT_WANTED
        for each in reversed(found)
    }
    made.events.update(fates.values())
    chosen = sorted(fates.items(), key=lambda each: not each[1].moves)[:LISTED]
    event_ids, after = push.events_of(made.technique), pushing.after(made.technique)
    kept = candidates.kept_back(pushing.server, event_ids=event_ids, after=after, limit=LISTED - len(chosen))
    made.events.update({SyncDecision(reason): count for reason, count in kept.counts.items()})
    chosen += [(uuid, SyncDecision(reason)) for uuid, reason in kept.first]
    titles = _titles_here(uuid for uuid, _fate in chosen)
    made.items = [PlannedEvent(uuid, titles.get(uuid, ""), fate) for uuid, fate in chosen]


def _titles_here(uuids: Iterable[str]) -> dict[str, str]:
    rows = Event.objects.filter(uuid__in=list(uuids)).values_list("uuid", "info")
    return {str(uuid): info for uuid, info in rows}


def _titles_there(peer: Peer, uuids: list[str]) -> dict[str, str]:
    if not uuids:
        return {}
    try:
        asked = {"returnFormat": "json", "metadata": 1, "uuid": uuids}
        answer = peer.document("POST", "events/restSearch", asked)
    except RemoteRefused:
        return {}
    rows = answer.get("response") if isinstance(answer, dict) else answer
    events = [_event(row) for row in rows] if isinstance(rows, list) else []
    return {str(event.get("uuid")).lower(): str(event.get("info") or "") for event in events}


def _event(row: object) -> Mapping[str, object]:
    event = row.get("Event") if isinstance(row, dict) else None
    return event if isinstance(event, dict) else {}
