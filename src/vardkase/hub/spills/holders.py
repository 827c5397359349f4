"""Who read or received an event: collected from publications, deliveries, runs, reads on record and the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from vardkase.core.sql import cursor
from vardkase.exchange.fetches.services import count_fetches
from vardkase.hub.spills.models import HolderAnswer, HolderKind, Spill, SpillHolder
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.queries.receivers import receiver_ids
from vardkase.misp.distribution import Distribution

MOST = 5_000
"""Rows of one kind."""
MOST_ADDRESSES = 1_000
"""Of readers of open feeds that are named. Anybody can be thousands of them; those with an account are all named."""
MORE = "…"
"""How the name of the row for the others begins."""
FETCHED_OVER = (HolderKind.API, HolderKind.EXPORT, HolderKind.FEED_FILE, HolderKind.TAXII)


def collect(spill: Spill, distribution: int, sharing_group_id: int | None, *, could_be_read: bool) -> int:
    """Add those who are not on the list yet; returns how many. `could_be_read`: others than its owner read the event as
    it was just now, with this distribution."""
    count_fetches()
    others = _others(spill)
    fetching = {each.organisation_id: each.first_at for each in others if each.kind in FETCHED_OVER}
    found = [
        *_organisations(spill, distribution, sharing_group_id, fetching, could_be_read=could_be_read),
        *others,
    ]
    found += _by_address(spill)
    before = spill.holders.count()
    SpillHolder.objects.bulk_create(found, batch_size=1_000, ignore_conflicts=True)
    return spill.holders.count() - before


def _organisations(
    spill: Spill,
    distribution: int,
    sharing_group_id: int | None,
    fetching: Mapping[int | None, datetime | None],
    *,
    could_be_read: bool,
) -> list[SpillHolder]:
    """Those that could read it, and those whose accounts did fetch it."""
    reached: dict[int, int] = {pk: int(at.timestamp()) for pk, at in fetching.items() if pk and at}
    for version_distribution, group, at in cursor().execute(VERSIONS, {"uuid": spill.event_uuid}).fetchall():
        own = spill.organisation_id
        # Which organisations an old version was for is not on record: then it counts as for all.
        of_all = version_distribution is None
        for pk in receiver_ids(Distribution.COMMUNITY if of_all else version_distribution, group, own):
            reached[pk] = min(at, reached.get(pk, at))
    if could_be_read:
        now = int(datetime.now(UTC).timestamp())
        for pk in receiver_ids(distribution, sharing_group_id, spill.organisation_id):
            reached.setdefault(pk, now)
    organisations = Organisation.objects.filter(pk__in=[*reached, spill.organisation_id])
    return [
        SpillHolder(
            spill=spill,
            kind=HolderKind.ORGANISATION,
            receiver_id=each.pk,
            name=each.name,
            organisation=each,
            first_at=datetime.fromtimestamp(reached[each.pk], UTC) if each.pk in reached else None,
        )
        for each in organisations
    ]


def _others(spill: Spill) -> list[SpillHolder]:
    return _holders_by(
        (DELIVERIES, RUNS, *_fetches("r.user_id <> 0"), PULLS, TAXII, READS, MODULES, CASES, COPIES), spill
    )


def _by_address(spill: Spill) -> list[SpillHolder]:
    """Readers without an account, the first ones by name and the others as a number."""
    found = _holders_by(_fetches("r.user_id = 0"), spill)
    found.sort(key=lambda each: (each.first_at is None, each.first_at))
    known = {each.name for each in found[:MOST_ADDRESSES]}
    others = {each.name for each in found[MOST_ADDRESSES:]} - known
    spill.holders.filter(kind=HolderKind.FEED_FILE, name__startswith=MORE).delete()
    if not others:
        return found
    more = SpillHolder(
        spill=spill,
        kind=HolderKind.FEED_FILE,
        name=f"{MORE} (+{len(others)})",
        count=sum(each.count for each in found[MOST_ADDRESSES:]),
        first_at=found[MOST_ADDRESSES].first_at,
        is_settled=True,
    )
    return [*found[:MOST_ADDRESSES], more]


def _fetches(whose: str) -> tuple[str, str]:
    return FETCHES.format(whose=whose), FEED_FILES.format(whose=whose)


def _holders_by(statements: Sequence[str], spill: Spill) -> list[SpillHolder]:
    parameters = {
        "id": spill.event_id,
        "uuid": spill.event_uuid,
        "most": MOST,
        "modules": [IntelAction.EVENT_SENT_TO_MODULE, "event.pushed_to_kafka", "event.pushed_to_zeromq"],
    }
    return [
        SpillHolder(
            spill=spill,
            kind=HolderKind(kind),
            receiver_id=receiver or 0,
            name=name[:255],
            organisation_id=organisation,
            count=count,
            first_at=first,
            **_answering(kind, organisation),
        )
        for statement in statements
        for kind, receiver, name, organisation, count, first in cursor()
        .execute(statement, parameters)
        .fetchall()
    ]


def _answering(kind: str, organisation: int | None) -> dict[str, Any]:
    """An organisation answers for its accounts. Of who reads an open feed only the address is known."""
    if kind in FETCHED_OVER and organisation:
        return {"answer": HolderAnswer.BY_ORGANISATION, "is_settled": True}
    return {"is_settled": kind == HolderKind.FEED_FILE}


VERSIONS = """
SELECT DISTINCT ON (distribution, sharing_group_id) distribution, sharing_group_id, published_at
FROM event_version WHERE event_uuid = %(uuid)s ORDER BY distribution, sharing_group_id, published_at
"""
DELIVERIES = """
SELECT d.kind, d.receiver_id, max(d.receiver_name),
    max(CASE d.kind WHEN 'connection' THEN s.remote_org_id WHEN 'mail' THEN u.org_id END), count(*), min(d.at)
FROM delivery d LEFT JOIN server s ON d.kind = 'connection' AND s.id = d.receiver_id
LEFT JOIN account u ON d.kind = 'mail' AND u.id = d.receiver_id
WHERE d.event_uuid = %(uuid)s AND d.state IN ('sent', 'known') GROUP BY d.kind, d.receiver_id LIMIT %(most)s
"""
# What an ordered push has sent, and where the event came from.
RUNS = """
SELECT 'connection', s.id, s.name, s.remote_org_id, count(*), min(m.at)
FROM sync_event m JOIN sync_run r ON r.id = m.run_id JOIN server s ON s.id = r.server_id
WHERE m.uuid = %(uuid)s AND m.outcome IN ('added', 'updated', 'sent', 'known') AND s.id NOT IN (
    SELECT receiver_id FROM delivery WHERE event_uuid = %(uuid)s AND kind = 'connection' AND state IN ('sent', 'known'))
GROUP BY s.id, s.name, s.remote_org_id LIMIT %(most)s
"""
# With the number of the API key.
READER = "r.name || CASE r.key_id WHEN 0 THEN '' ELSE ' #' || r.key_id END"
FETCHES = f"""
SELECT r.channel, r.user_id, {READER}, o.id, sum(f.count)::int, min(f.first_at)
FROM fetched f JOIN fetch_reader r ON r.id = f.reader_id LEFT JOIN organisation o ON o.id = r.organisation_id
WHERE f.kind = 'event' AND f.subject_id = %(id)s AND {{whose}} GROUP BY 1, 2, 3, 4
"""
# The lists of a feed name its events, with their titles, from the day they are in it.
FEED_FILES = f"""
SELECT 'feed_file', r.user_id, {READER}, o.id, sum(f.count)::int, greatest(min(f.first_at), min(d.at))
FROM delivery d JOIN fetched f ON f.kind = 'feed' AND f.subject_id = d.receiver_id AND f.last_at >= d.at
JOIN fetch_reader r ON r.id = f.reader_id LEFT JOIN organisation o ON o.id = r.organisation_id
WHERE d.kind = 'feed' AND d.event_uuid = %(uuid)s AND d.state IN ('sent', 'known') AND NOT EXISTS (
    SELECT 1 FROM fetched e WHERE e.kind = 'event' AND e.subject_id = %(id)s AND e.reader_id = r.id)
    AND {{whose}}
GROUP BY 2, 3, 4
"""
# Hubs that fetched it themselves, by an account that may synchronise: they are asked like those it was sent to.
PULLS = """
SELECT 'connection', s.id, s.name, s.remote_org_id, sum(f.count)::int, min(f.first_at)
FROM fetched f JOIN fetch_reader r ON r.id = f.reader_id AND r.channel = 'api'
JOIN account u ON u.id = r.user_id JOIN role ON role.id = u.role_id AND role.perm_sync
JOIN server s ON s.remote_org_id = r.organisation_id
WHERE f.kind = 'event' AND f.subject_id = %(id)s AND s.id NOT IN (
    SELECT receiver_id FROM delivery WHERE event_uuid = %(uuid)s AND kind = 'connection' AND state IN ('sent', 'known')
    UNION SELECT run.server_id FROM sync_event m JOIN sync_run run ON run.id = m.run_id WHERE m.uuid = %(uuid)s)
GROUP BY s.id, s.name, s.remote_org_id LIMIT %(most)s
"""
# From before it was on record who fetched it: only that it was written for somebody.
TAXII = """
SELECT 'taxii', 0, 'TAXII 2.1', NULL::bigint, count(*), min(used)::timestamptz FROM taxii_rendering
WHERE event_id = %(id)s AND NOT EXISTS (
    SELECT 1 FROM fetched f JOIN fetch_reader r ON r.id = f.reader_id AND r.channel = 'taxii'
    WHERE f.kind = 'event' AND f.subject_id = %(id)s) HAVING count(*) > 0
"""
READS = """
SELECT 'operator', coalesce(g.asked_by_id, 0), max(g.asked_by_name), max(u.org_id), count(*), min(r.at)
FROM content_reading r JOIN content_grant g ON g.id = r.grant_id LEFT JOIN account u ON u.id = g.asked_by_id
WHERE r.event_uuid = %(uuid)s GROUP BY g.asked_by_id LIMIT %(most)s
"""
MODULES = """
SELECT 'module', coalesce(actor_id, 0), max(actor_name), max(organisation_id), count(*), min(created) FROM audit_entry
WHERE target_kind = 'event' AND target_id = %(id)s AND action = ANY(%(modules)s) GROUP BY actor_id LIMIT %(most)s
"""
# What was released in a case is with whoever asked for it, whose name is the case's alone.
CASES = """
SELECT 'case', c.id, c.number, c.authority_id, count(*), min(i.at)
FROM records_item i JOIN records_case c ON c.id = i.case_id WHERE i.event_uuid = %(uuid)s GROUP BY c.id LIMIT %(most)s
"""
# What was given out is with the person, whose name is the request's alone.
COPIES = """
SELECT 'copy', r.id, 'PU-' || lpad(r.id::text, 5, '0'), NULL::bigint, count(*), min(a.at)
FROM data_request_answer a JOIN data_request_item i ON i.id = a.item_id
JOIN data_request_controller c ON c.id = i.controller_id
JOIN data_subject_request r ON r.id = c.request_id
WHERE i.event_id = %(id)s AND a.outcome = 'given' GROUP BY r.id LIMIT %(most)s
"""
