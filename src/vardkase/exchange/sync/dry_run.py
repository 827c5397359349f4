"""Dry runs of pull and push: what would move and why the rest would not. Neither side is changed.

It makes the requests and decisions of the pull (`pull.PullRun`) and the push (`push.PushRun`), and stops where they
would fetch or send.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from vardkase.core.errors import Conflict
from vardkase.core.jobs.problems import problem_of
from vardkase.core.problems import Problem
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer, RemoteRefused
from vardkase.exchange.servers.problems import ConnectionProblem
from vardkase.exchange.sync import candidates, outbound_contributions, pull, push
from vardkase.exchange.sync.decisions import SyncDecision
from vardkase.exchange.sync.event_index import OfferedEvent
from vardkase.exchange.sync.models import SyncDirection
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.models import Event
from vardkase.misp.flags import as_int

LISTED = 500
"""Events listed one by one; those that would move come first."""
TITLED = 200
"""Events whose titles are requested from the other instance."""


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
    result = SyncPlan(direction, technique)
    if direction is SyncDirection.PULL:
        _plan_pull(result, pull.PullRun(server, technique, force=force))
    else:
        _plan_push(result, push.PushRun(server))
    return result


def _plan_pull(result: SyncPlan, pulling: pull.PullRun) -> None:
    version, sources = pulling.version(), pulling.sources
    if pulling.takes_clusters(version):
        which = pull.which_clusters(result.technique)
        result.kind("clusters", lambda: len(sources.lacking_clusters(which)))
    if result.technique == pull.CLUSTERS:
        return
    if not pulling.of_all_events:
        _plan_one(result, pulling)
        return
    offered = pulling.offered(pulling.rules)
    _plan_events(result, pulling, offered)
    result.kind("proposals", sources.lacking_proposals)
    result.kind("sightings", lambda: len(sources.sighted(offered)))
    if version.get("perm_analyst_data"):
        result.kind("analyst_data", lambda: sum(map(len, sources.lacking_analyst_data().values())))
    if pulling.takes_collections(version):
        result.kind("collections", lambda: len(sources.lacking_collections()))


def _plan_events(result: SyncPlan, pulling: pull.PullRun, offered: list[OfferedEvent]) -> None:
    sieve = pulling.sieve(offered)
    fates = {event.uuid: sieve.fate(event) for event in reversed(offered)}
    if pulling.rules != {}:  # The peer applies the rules itself: what they exclude shows only without them.
        fates |= {event.uuid: SyncDecision.RULES for event in pulling.offered({}) if event.uuid not in fates}
    result.events.update(fates.values())
    chosen = sorted(fates.items(), key=lambda fate: not fate[1].moves)[:LISTED]
    titles = _own_titles(uuid for uuid, _fate in chosen)
    unknown = [uuid for uuid, fate in chosen if fate is SyncDecision.NEW][:TITLED]
    titles |= _remote_titles(pulling.peer, unknown)
    result.items = [PlannedEvent(uuid, titles.get(uuid, ""), fate) for uuid, fate in chosen]


def _plan_one(result: SyncPlan, pulling: pull.PullRun) -> None:
    event = pulling.header()
    if event is None:
        result.events[SyncDecision.MISSING] += 1
        return
    creator = event.get("Orgc")
    offered = OfferedEvent(
        uuid=str(event["uuid"]).lower(),
        timestamp=as_int(event.get("timestamp")) or 0,
        sighting_timestamp=0,
        creator=str(creator.get("uuid")).lower() if isinstance(creator, dict) else "",
    )
    fate = pulling.sieve([offered]).fate(offered)
    if fate is SyncDecision.SET_ASIDE:  # A request for one event tries it again.
        fate = SyncDecision.NEW
    result.events[fate] += 1
    result.items = [PlannedEvent(offered.uuid, str(event.get("info") or ""), fate)]


def _plan_push(result: SyncPlan, pushing: push.PushRun) -> None:
    version, sending = pushing.version(), pushing.sending
    may_sync = push.may_sync(version)
    event_ids = push.events_of(result.technique)
    if pushing.sends_clusters(version):
        result.kind("clusters", lambda: len(sending.lacking_clusters(event_ids=event_ids)))
    if may_sync:
        _plan_own_events(result, pushing)
    known = pushing.known(event_ids)
    if may_sync:
        result.kind(
            "proposals",
            lambda: sum(
                len(proposed.ids) for proposed in outbound_contributions.proposals(pushing.reader, known)
            ),
        )
    if pushing.server.push_sightings:
        lacking = sending.lacking_sightings(known, can_filter=push.can_filter(version))
        result.kind("sightings", lambda: sum(len(items) for _uuid, items in lacking))
    if pushing.sends_analyst_data(version):
        result.kind(
            "analyst_data", lambda: sum(map(len, sending.lacking_analyst_data(event_ids=event_ids).values()))
        )
    if event_ids is None and pushing.sends_collections(version):
        result.kind("collections", lambda: len(sending.lacking_collections()))


def _plan_own_events(result: SyncPlan, pushing: push.PushRun) -> None:
    found = pushing.candidates(result.technique, push.events_of(result.technique))
    wanted = {event.uuid for event in pushing.wanted(found)}
    fates = {
        event.uuid: SyncDecision.NEW if event.uuid in wanted else SyncDecision.NOT_WANTED
        for event in reversed(found)
    }
    result.events.update(fates.values())
    chosen = sorted(fates.items(), key=lambda fate: not fate[1].moves)[:LISTED]
    event_ids, after = push.events_of(result.technique), pushing.after(result.technique)
    kept = candidates.kept_back(pushing.server, event_ids=event_ids, after=after, limit=LISTED - len(chosen))
    result.events.update({SyncDecision(reason): count for reason, count in kept.counts.items()})
    chosen += [(uuid, SyncDecision(reason)) for uuid, reason in kept.first]
    titles = _own_titles(uuid for uuid, _fate in chosen)
    result.items = [PlannedEvent(uuid, titles.get(uuid, ""), fate) for uuid, fate in chosen]


def _own_titles(uuids: Iterable[str]) -> dict[str, str]:
    rows = Event.objects.filter(uuid__in=list(uuids)).values_list("uuid", "info")
    return {str(uuid): info for uuid, info in rows}


def _remote_titles(peer: Peer, uuids: list[str]) -> dict[str, str]:
    if not uuids:
        return {}
    try:
        query = {"returnFormat": "json", "metadata": 1, "uuid": uuids}
        answer = peer.document("POST", "events/restSearch", query)
    except RemoteRefused:
        return {}
    rows = answer.get("response") if isinstance(answer, dict) else answer
    events = [row.get("Event") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {
        str(event.get("uuid")).lower(): str(event.get("info") or "")
        for event in events
        if isinstance(event, dict)
    }
