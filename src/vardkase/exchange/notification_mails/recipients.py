"""Recipients of notifications: users with mail enabled, grouped by what they may read of an event.

An account that is bound to a connection is another hub's, whose rules may keep an event back: it gets no mail.

Everybody in one organisation may read the same of an event, except site administrators, who read all. So no query runs
per person: each runs once for all kinds of readers among a batch of people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils import timezone

from vardkase.core.sql import cursor
from vardkase.exchange.outbox.deliveries import PublishedVersion
from vardkase.exchange.reader_kinds import ATTRIBUTE, GROUPS, READABLE_TAG
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_publish_timestamp
from vardkase.identity.access.visibility import event_predicate, for_each_reader
from vardkase.identity.accounts.staff import NO_CONTENT_ROLES


class MailReader(NamedTuple):
    org_id: int
    sees_all: bool


@dataclass(frozen=True, slots=True)
class Recipient:
    id: int
    email: str
    gpgkey: str | None
    certif_public: str | None
    language: str
    reader: MailReader
    wants_all: bool
    has_summaries: bool
    recent: int


@dataclass(frozen=True, slots=True)
class MailBatch:
    """Some people, and where the next batch starts; None if these are the last."""

    people: list[Recipient]
    after: int | None


@dataclass(frozen=True, slots=True)
class EventLine:
    object: str
    relation: str
    type: str
    value: str
    to_ids: bool


AT_A_TIME = 200
MOST_LINES = 100
"""Attributes listed in one mail."""


def recipients(
    version: PublishedVersion, after: int, minutes: int, following: Collection[int] = ()
) -> MailBatch:
    """The next people who want mail, of all events or because they are `following` something in it.

    This is the present version of an event that they may read; `recent` counts over so many minutes.
    """
    blind = [duty.value for duty in NO_CONTENT_ROLES]
    values = {
        "event": version.event_id, "version": version.published, "after": after, "most": AT_A_TIME,
        "minutes": minutes, "blind": blind, "now": timezone.now(),
        "following": list(following),
    }  # fmt: skip
    people, last = [], None
    for *row, org_id, sees_all, may_read in cursor().execute(RECIPIENTS, values).fetchall():
        last = row[0]  # Also of those who may not read it, or the next batch would find them again.
        if may_read:
            pk, email, gpgkey, certificate, language, wants_all, has_summaries, recent = row
            reader = MailReader(org_id, sees_all)
            people.append(
                Recipient(pk, email, gpgkey, certificate, language, reader, wants_all, has_summaries, recent)
            )
    return MailBatch(people, last)


def lines(event_id: int, readers: Iterable[MailReader]) -> dict[MailReader, list[EventLine]]:
    """The first attributes of an event that each reader may read, one more than fits into a mail."""
    found: dict[MailReader, list[EventLine]] = {}
    for org_id, sees_all, *row in _rows(LINES, event_id, readers, most=MOST_LINES + 1):
        found.setdefault(MailReader(org_id, sees_all), []).append(EventLine(*row))
    return found


def tags(event_id: int, readers: Iterable[MailReader]) -> dict[MailReader, list[str]]:
    found: dict[MailReader, list[str]] = {}
    for org_id, sees_all, name in _rows(TAGS, event_id, readers):
        found.setdefault(MailReader(org_id, sees_all), []).append(name)
    return found


def holding(
    event_id: int, readers: Iterable[MailReader], has: str, patterns: Sequence[str]
) -> set[tuple[MailReader, str]]:
    """The readers and (LIKE) patterns for which the event contains what `has` looks for."""
    rows = _rows(HOLDING.replace("{has}", has), event_id, readers, patterns=list(patterns))
    return {(MailReader(org_id, sees_all), pattern) for org_id, sees_all, pattern in rows}


def _rows(sql: str, event_id: int, readers: Iterable[MailReader], **parameters: Any) -> list[Any]:
    distinct = sorted(set(readers))
    values = {
        "event": event_id,
        "orgs": [reader.org_id for reader in distinct],
        "all": [reader.sees_all for reader in distinct],
        **parameters,
    }
    return cursor().execute(sql, values).fetchall()


def _knows_version(actor: Actor) -> str:
    """SQL: the actor reads the event, and this is the version of it that they know of."""
    return f"{event_predicate(actor)} AND {event_publish_timestamp(actor)} = %%(version)s"


READERS = f"""
WITH r AS MATERIALIZED (
    SELECT given.org_id, given.sees_all, {GROUPS} AS group_ids
    FROM unnest(%(orgs)s::bigint[], %(all)s::boolean[]) AS given (org_id, sees_all)
)
"""
# The batch is cut first, and what the event shows is asked once for each kind of reader in it: thousands of people
# share a few.
RECIPIENTS = f"""
WITH person AS MATERIALIZED (
    SELECT u.id, u.email, u.gpgkey, u.certif_public, u.language, u.autoalert,
           u.notification_daily OR u.notification_weekly OR u.notification_monthly AS has_summaries,
           u.org_id, role.perm_site_admin AS sees_all
    FROM account u JOIN role ON role.id = u.role_id JOIN organisation o ON o.id = u.org_id
    WHERE (u.autoalert OR u.id = ANY(%(following)s::bigint[]))
        AND NOT u.disabled AND (u.expiration IS NULL OR u.expiration > now())
        AND o.read_period @> %(now)s::timestamptz
        AND NOT u.staff_roles && %(blind)s::varchar[] AND u.server_id = 0 AND u.id > %(after)s
    ORDER BY u.id LIMIT %(most)s
), given AS (SELECT DISTINCT org_id, sees_all FROM person
), r AS MATERIALIZED (SELECT given.org_id, given.sees_all, {GROUPS} AS group_ids FROM given)
SELECT person.id, person.email, person.gpgkey, person.certif_public, person.language, person.autoalert,
    person.has_summaries,
    (SELECT count(*) FROM delivery d WHERE d.kind = 'mail' AND d.receiver_id = person.id AND d.state <> 'withheld'
         AND d.at > now() - make_interval(mins => %(minutes)s::int)),
    r.org_id, r.sees_all,
    EXISTS (SELECT 1 FROM event e WHERE e.id = %(event)s AND {for_each_reader(_knows_version)})
FROM person JOIN r USING (org_id, sees_all)
ORDER BY person.id
"""
LINES = f"""{READERS}
SELECT r.org_id, r.sees_all, line.*
FROM r CROSS JOIN LATERAL (
    SELECT coalesce(o.name, ''), coalesce(a.object_relation, ''), a.type, concat_ws('|', a.value1, a.value2), a.to_ids
    FROM attribute a JOIN event e ON e.id = a.event_id LEFT JOIN object o ON o.id = a.object_id
    WHERE a.event_id = %(event)s AND NOT a.deleted AND {ATTRIBUTE}
    ORDER BY a.id LIMIT %(most)s
) line
"""
TAGS = f"""{READERS}
SELECT r.org_id, r.sees_all, t.name
FROM r, event e JOIN event_tag tagged ON tagged.event_id = e.id JOIN tag t ON t.id = tagged.tag_id
WHERE e.id = %(event)s AND {READABLE_TAG}
ORDER BY t.is_galaxy, t.name
"""
HOLDING = f"""{READERS}
SELECT r.org_id, r.sees_all, p.pattern
FROM r CROSS JOIN unnest(%(patterns)s::text[]) AS p (pattern),
    event e JOIN organisation own ON own.id = e.org_id JOIN organisation maker ON maker.id = e.orgc_id
WHERE e.id = %(event)s AND {{has}}
"""
