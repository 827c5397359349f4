"""Who read or received an event: collected from publications, deliveries, runs, reads on record and the audit log."""

from __future__ import annotations

from datetime import UTC, datetime

from vardkase.core.sql import cursor
from vardkase.hub.spills.models import HolderKind, Spill, SpillHolder
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.queries.receivers import receiver_ids
from vardkase.misp.distribution import Distribution

MOST = 5_000
"""Rows of one kind."""


def collect(spill: Spill, distribution: int, sharing_group_id: int | None, *, could_be_read: bool) -> int:
    """Add those who are not on the list yet; returns how many. `could_be_read`: others than its owner read the event as
    it was just now, with this distribution."""
    found = [
        *_organisations(spill, distribution, sharing_group_id, could_be_read=could_be_read),
        *_others(spill),
    ]
    before = spill.holders.count()
    SpillHolder.objects.bulk_create(found, batch_size=1_000, ignore_conflicts=True)
    return spill.holders.count() - before


def _organisations(
    spill: Spill, distribution: int, sharing_group_id: int | None, *, could_be_read: bool
) -> list[SpillHolder]:
    reached: dict[int, int] = {}
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
        )
        for statement in (DELIVERIES, RUNS, TAXII, READS, MODULES, CASES, COPIES)
        for kind, receiver, name, organisation, count, first in cursor()
        .execute(statement, parameters)
        .fetchall()
    ]


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
# Which clients fetched a rendering is not on record, only that it was made for one.
TAXII = """
SELECT 'taxii', 0, 'TAXII 2.1', NULL::bigint, count(*), min(used)::timestamptz FROM taxii_rendering
WHERE event_id = %(id)s HAVING count(*) > 0
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
SELECT 'copy', r.id, 'PU-' || lpad(r.id::text, 5, '0'), NULL::bigint, count(*), min(i.answered_at)
FROM data_request_item i JOIN data_request_controller c ON c.id = i.controller_id
JOIN data_subject_request r ON r.id = c.request_id
WHERE i.event_id = %(id)s AND i.outcome = 'given' GROUP BY r.id LIMIT %(most)s
"""
