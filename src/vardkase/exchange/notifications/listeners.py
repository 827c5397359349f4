"""What people are notified of on the hub: each listener names whom something concerns."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.jobs.hooks import JobEnded
from vardkase.core.schedules.job_cleanup import TICKS
from vardkase.core.sql import cursor
from vardkase.exchange.notifications.concerned import concerned_by
from vardkase.exchange.notifications.models import Notification, NotificationKind
from vardkase.exchange.notifications.notify import Notice, notify
from vardkase.identity.accounts.models import User
from vardkase.intel.analyst_data.hooks import AnalystDataStored
from vardkase.intel.event_delegations.hooks import DelegationAnswered, DelegationRequested
from vardkase.intel.models import Event
from vardkase.intel.proposals.hooks import (
    ProposalCommented,
    ProposalsDecided,
    ProposalsMade,
    ProposalsReopened,
)
from vardkase.intel.publication_requests.hooks import PublicationAnswered, PublicationRequested
from vardkase.intel.sightings.hooks import StoredSighting
from vardkase.intel.sightings.models import SightingType

OF_SIGHTING = {
    SightingType.SEEN: NotificationKind.SIGHTED,
    SightingType.FALSE_POSITIVE: NotificationKind.FALSE_POSITIVE,
}
LONGEST_KEY = 128


def proposals_made(made: ProposalsMade) -> None:
    owner = Event.objects.values_list("org_id", flat=True).get(pk=made.event_id)
    if owner != made.organisation_id:
        kind, key = NotificationKind.PROPOSED, f"event {made.event_id}"
        by = made.organisation_id
        notify([Notice(kind, key, owner, event_id=made.event_id, by_id=by, count=made.count)])


def proposals_decided(decided: ProposalsDecided) -> None:
    kind = NotificationKind.PROPOSALS_ACCEPTED if decided.accepted else NotificationKind.PROPOSALS_DISCARDED
    key = f"event {decided.event_id}"
    notify(
        [
            Notice(kind, key, organisation, user, event_id=decided.event_id, count=count)
            for (organisation, user), count in decided.proposers.items()
        ]
    )


def proposals_reopened(reopened: ProposalsReopened) -> None:
    """Take back the notifications of the decision, unless they have been read."""
    kind = NotificationKind.PROPOSALS_ACCEPTED if reopened.accepted else NotificationKind.PROPOSALS_DISCARDED
    for (organisation, user), count in reopened.proposers.items():
        parameters = {"event": reopened.event_id, "org": organisation, "user": user, "count": count}
        cursor().execute(COUNT_DOWN, parameters | {"kind": kind.value})
    Notification.objects.filter(event_id=reopened.event_id, read_at=None, count__lte=0).delete()


def proposal_commented(said: ProposalCommented) -> None:
    kind, key = NotificationKind.PROPOSAL_COMMENTED, f"event {said.event_id} {said.author_id}"
    event, to = said.event_id, (said.organisation_id, said.user_id)
    notify([Notice(kind, key, *to, event_id=event, by_id=said.author_id)])


def sightings_stored(stored: Sequence[StoredSighting]) -> None:
    """Notify the owners of the events, once for each event until they have read it."""
    first: dict[tuple[int, NotificationKind], StoredSighting] = {}
    for each in stored:
        if kind := OF_SIGHTING.get(SightingType(each.type)):
            first.setdefault((each.event_id, kind), each)
    if not first:
        return
    event_ids = {event for event, _kind in first}
    owners = dict(Event.objects.filter(pk__in=event_ids).values_list("pk", "org_id"))
    notify(
        [
            Notice(kind, f"event {event}", owners[event], event_id=event, from_id=each.id)
            for (event, kind), each in first.items()
            if event in owners and each.org_id != owners[event]
        ]
    )


def analyst_data_stored(stored: AnalystDataStored) -> None:
    """Notify the creators of the events and of the notes that new ones are about."""
    kind = NotificationKind.NOTED
    notify(
        [
            Notice(kind, f"note {said}", org, event_id=event, said_id=said)
            for said, org, event in concerned_by(stored.ids)
        ]
    )


def delegation_requested(asked: DelegationRequested) -> None:
    kind, key = NotificationKind.DELEGATION_REQUESTED, f"event {asked.event_id}"
    notice = Notice(kind, key, asked.organisation_id, event_id=asked.event_id, by_id=asked.requester_id)
    notify([notice])


def delegation_answered(answered: DelegationAnswered) -> None:
    kind = NotificationKind.DELEGATION_ACCEPTED if answered.accepted else NotificationKind.DELEGATION_DECLINED
    key = f"event {answered.event_id}"
    notice = Notice(
        kind, key, answered.requester_id, event_id=answered.event_id, by_id=answered.organisation_id
    )
    notify([notice])


def publication_requested(asked: PublicationRequested) -> None:
    kind, key = NotificationKind.PUBLICATION_REQUESTED, f"event {asked.event_id}"
    notify(
        [Notice(kind, key, asked.organisation_id, user, event_id=asked.event_id) for user in asked.publishers]
    )


def publication_answered(answered: PublicationAnswered) -> None:
    kind = NotificationKind.PUBLICATION_DONE if answered.published else NotificationKind.PUBLICATION_DECLINED
    key, event = f"event {answered.event_id}", answered.event_id
    notify([Notice(kind, key, answered.organisation_id, answered.requester_id, event_id=event)])


def job_ended(ended: JobEnded) -> None:
    """Notify who ordered a job, and the site administrators of a job of the hub's own that failed."""
    if ended.user_id:
        people = User.objects.filter(pk=ended.user_id)
        kind = NotificationKind.JOB_FAILED if ended.failed else NotificationKind.JOB_DONE
        key = f"job {ended.job_id}"
    elif ended.failed and ended.task not in TICKS:
        people = User.objects.filter(role__perm_site_admin=True, disabled=False)
        kind, key = NotificationKind.HUB_JOB_FAILED, f"{ended.task} {ended.arguments}"[:LONGEST_KEY]
    else:
        return
    parameters = {"kind": kind.value, "key": key, "job": ended.job_id}
    chosen = list(people.values_list("pk", flat=True))
    cursor().execute(NOTIFY_OF_JOB, parameters | {"people": chosen})


COUNT_DOWN = """
UPDATE notification SET count = count - %(count)s
WHERE user_id = %(user)s AND organisation_id = %(org)s AND event_id = %(event)s AND kind = %(kind)s AND read_at IS NULL
"""
# The condition after ON CONFLICT is that of the partial index (see `notify`).
NOTIFY_OF_JOB = """
INSERT INTO notification AS known (user_id, organisation_id, kind, key, job_id, count, at)
SELECT u.id, u.org_id, %(kind)s, %(key)s, %(job)s, 1, extract(epoch FROM now())::bigint
FROM account u WHERE u.id = ANY(%(people)s::bigint[]) ORDER BY u.id
ON CONFLICT (user_id, kind, key) WHERE read_at IS NULL DO UPDATE
SET count = known.count + 1, at = excluded.at, job_id = excluded.job_id
"""
