"""Mail about new notes, opinions and relationships, to those whose events and notes they are about."""

from __future__ import annotations

from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import can_send
from vardkase.core.private_links import page_address
from vardkase.core.sql import cursor
from vardkase.exchange.notification_mails.mail_facts import CHOICES, headers
from vardkase.exchange.notifications.concerned import concerned_by
from vardkase.exchange.notifications.models import NotificationKind
from vardkase.exchange.reader_kinds import ORGANISATIONS
from vardkase.identity.access.visibility import analyst_data_predicate, for_each_reader
from vardkase.identity.accounts.queries import reading_users
from vardkase.intel.analyst_data.hooks import AnalystDataStored


def notify_of_notes(stored: AnalystDataStored) -> None:
    """Once until they have read on the hub what was said; the mail contains none of it."""
    if not can_send() or not (concerned := concerned_by(stored.ids)):
        return
    told = {"saids": [said for said, _org, _event in concerned], "orgs": [org for _said, org, _ in concerned]}
    organisations = [row[0] for row in cursor().execute(READING, told).fetchall()]
    unread = (
        cursor().execute(UNREAD, {"orgs": organisations, "kind": NotificationKind.NOTED.value}).fetchall()
    )
    people = reading_users().filter(org_id__in=organisations, contactalert=True, server_id=0)
    people = people.exclude(pk__in=[row[0] for row in unread])
    facts: Facts = {"link": page_address("/notes/"), "choices_link": page_address(CHOICES)}
    notify("analyst_data_added", None, map(Recipient.of, people.iterator()), facts, headers=headers("notes"))


READABLE = for_each_reader(analyst_data_predicate)
READING = f"""
WITH {ORGANISATIONS}
SELECT DISTINCT r.org_id
FROM unnest(%(saids)s::bigint[], %(orgs)s::bigint[]) AS concerned (said, org_id)
JOIN r ON r.org_id = concerned.org_id JOIN analyst_data n ON n.id = concerned.said
WHERE {READABLE}
"""
# What they may not read they cannot mark as read either.
UNREAD = f"""
WITH {ORGANISATIONS}
SELECT DISTINCT u.id FROM r JOIN account u ON u.org_id = r.org_id
JOIN notification told ON told.user_id = u.id AND told.kind = %(kind)s AND told.read_at IS NULL
JOIN analyst_data n ON n.id = told.said_id
WHERE {READABLE}
"""
