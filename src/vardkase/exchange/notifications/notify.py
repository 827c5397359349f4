"""Notifying people, all those of some organisations in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass

from vardkase.core.clock import now_seconds
from vardkase.core.sql import cursor
from vardkase.exchange.notifications.models import NotificationKind
from vardkase.identity.accounts.queries import reading_users

ACTING = frozenset(
    {
        NotificationKind.PROPOSED,
        NotificationKind.PROPOSAL_COMMENTED,
        NotificationKind.NOTED,
        NotificationKind.SIGHTED,
        NotificationKind.FALSE_POSITIVE,
        NotificationKind.DELEGATION_REQUESTED,
        NotificationKind.DELEGATION_ACCEPTED,
        NotificationKind.DELEGATION_DECLINED,
    }
)
"""Notifications for those of an organisation who may write events, and not for its machines."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification for the people of an organisation, or one of them (`user_id`); fields as in `Notification`."""

    kind: NotificationKind
    key: str
    organisation_id: int
    user_id: int | None = None
    event_id: int | None = None
    attribute_id: int | None = None
    said_id: int | None = None
    question_id: int | None = None
    job_id: int | None = None
    by_id: int | None = None
    from_id: int | None = None
    count: int = 1


def notify(notices: Sequence[Notice], *, except_user: int | None = None) -> None:
    """Notify all whom each of `notices` concerns; what is unread under the same key is counted up."""
    people = _people([notice.organisation_id for notice in notices])
    if not people:
        return
    columns = [list(column) for column in zip(*map(astuple, notices), strict=True)]
    given = dict(zip(PARAMETERS, columns, strict=True))
    limits = {
        "people": [pk for pk, acts in people if pk != except_user],
        "acts": [pk for pk, acts in people if acts],
        "acting": [kind.value for kind in ACTING],
        "at": now_seconds(),
        "of_any": NotificationKind.PROPOSED.value,
        "quiet": [NotificationKind.SIGHTED.value, NotificationKind.FALSE_POSITIVE.value],
    }
    cursor().execute(NOTIFY, {**given, **limits})


def _people(organisation_ids: Collection[int]) -> list[tuple[int, bool]]:
    """Who of these organisations may read shared content, with whether they write events and are people."""
    # An account that is bound to a connection is another hub's.
    users = reading_users().filter(org_id__in=set(organisation_ids), server_id=0)
    roles = ("role__perm_add", "role__perm_sync", "role__perm_site_admin")
    return [(pk, adds and (admin or not syncs)) for pk, adds, syncs, admin in users.values_list("pk", *roles)]


PARAMETERS = (
    "kinds", "keys", "orgs", "users", "events", "attributes", "saids", "questions", "jobs", "bys", "froms", "counts"
)  # fmt: skip
# What organisations have proposed is counted together, and names none if they are several.
# Sightings of one event do not wait for each other, so that what is unread of them stays as it is: their number is
# counted when it is shown.
# The index of unread notifications is partial, so that ON CONFLICT has to repeat its condition. The rows are written
# in one order: two statements for the same people would otherwise wait for each other for ever.
NOTIFY = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(
        %(kinds)s::text[], %(keys)s::text[], %(orgs)s::bigint[], %(users)s::bigint[], %(events)s::bigint[],
        %(attributes)s::bigint[], %(saids)s::bigint[], %(questions)s::bigint[], %(jobs)s::bigint[], %(bys)s::bigint[],
        %(froms)s::bigint[], %(counts)s::int[]
    ) AS given (kind, key, org_id, user_id, event_id, attribute_id, said_id, question_id, job_id, by_id, from_id, count)
), notified AS MATERIALIZED (
    SELECT u.id, given.*
    FROM given JOIN account u ON u.org_id = given.org_id AND (given.user_id IS NULL OR u.id = given.user_id)
    WHERE u.id = ANY(%(people)s::bigint[])
        AND (given.kind <> ALL(%(acting)s::text[]) OR given.user_id IS NOT NULL OR u.id = ANY(%(acts)s::bigint[]))
), quiet AS (
    INSERT INTO notification (user_id, organisation_id, kind, key, event_id, attribute_id, from_id, count, at)
    SELECT id, org_id, kind, key, event_id, attribute_id, from_id, count, %(at)s FROM notified
    WHERE kind = ANY(%(quiet)s::text[]) ORDER BY id, key
    ON CONFLICT (user_id, kind, key) WHERE read_at IS NULL DO NOTHING
)
INSERT INTO notification AS known (
    user_id, organisation_id, kind, key, event_id, attribute_id, said_id, question_id, job_id, by_id, count, at
)
SELECT id, org_id, kind, key, event_id, attribute_id, said_id, question_id, job_id, by_id, count, %(at)s FROM notified
WHERE kind <> ALL(%(quiet)s::text[]) ORDER BY id, key
ON CONFLICT (user_id, kind, key) WHERE read_at IS NULL DO UPDATE
SET count = known.count + excluded.count, at = excluded.at, job_id = excluded.job_id,
    by_id = CASE WHEN excluded.kind = %(of_any)s AND known.by_id IS DISTINCT FROM excluded.by_id THEN NULL
        ELSE known.by_id END
"""
