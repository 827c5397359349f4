"""Recording content access: an operator's read of an event is recorded before it is opened."""

from __future__ import annotations

from functools import cached_property

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import HubAction
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import reading_actor
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.identity.organisations.settings import host_organisation_id

READ = HubAction.EVENT_READ_UNDER_GRANT


class RecordedContentAccess:
    """The content access of `actor` within one request, which `request` names in the records."""

    def __init__(self, actor: Actor, request: str) -> None:
        self._actor, self._request = actor, request
        self._opened: set[int] = set()

    @property
    def opened(self) -> frozenset[int]:
        return frozenset(self._opened)

    @cached_property
    def reader(self) -> Actor:
        return reading_actor(host_organisation_id() or 0, self._actor.name)

    def enter(self, event_id: int) -> None:
        """Record the read of an event and return it; nothing if no current content access covers it.

        One statement both checks access and records the read, so that no read goes unrecorded.
        """
        if event_id in self._opened or not host_organisation_id():
            return
        parameters = {
            **reader_parameters(self.reader),
            "event": event_id,
            "user": self._actor.user_id,
            "request": self._request[:120],
            "credential": self._actor.credential_name,
            "address": self._actor.address,
            "now": timezone.now(),
        }
        # Durable, so that the record survives: within another transaction it could be rolled back after the read.
        with transaction.atomic(durable=True):
            sql = RECORD.format(visible=event_predicate(self.reader))
            row = cursor().execute(sql, parameters).fetchone()
            if row is None:
                return
            grant_id, uuid = row
            cursor().execute(CONCERN, {"grant": grant_id, "event": event_id})
            facts = {"grant": grant_id, "request": self._request}
            record(self._actor, READ, Target("event", event_id, uuid, f"#{event_id}"), facts)
        self._opened.add(event_id)


# The shared lock delays the end of the grant until this read is recorded: nothing is read after the end is announced.
RECORD = """
WITH held AS (
    SELECT g.id, g.reach, g.event_id, g.organisation_id
    FROM content_grant g
    JOIN account a ON a.id = g.asked_by_id AND NOT a.disabled AND a.staff_roles = '{{operator}}'
    -- A supplier is no member; an organisation that is suspended or has left reads nothing by a grant either.
    JOIN organisation o ON o.id = a.org_id
        AND (o.read_period @> %(now)s::timestamptz OR o.fixed_standing = 'no_membership')
    WHERE g.asked_by_id = %(user)s AND g.state = 'granted' AND g.ends_at > %(now)s
    FOR SHARE OF g
)
INSERT INTO content_reading (grant_id, event_id, event_uuid, request, credential, address, at)
SELECT held.id, e.id, e.uuid, %(request)s, %(credential)s, %(address)s::inet, %(now)s
FROM held JOIN event e ON e.id = %(event)s
WHERE CASE held.reach WHEN 'event' THEN held.event_id = e.id
                      WHEN 'organisation' THEN held.organisation_id = e.org_id
                      ELSE held.reach = 'hub' END
  AND {visible}
RETURNING grant_id, event_uuid
"""

# Also those that only added a sighting or a proposal: it is their content that was read.
CONCERN = """
INSERT INTO content_concerned (grant_id, event_id, organisation_id)
SELECT %(grant)s, %(event)s, o.id
FROM organisation o
WHERE o.local AND o.id IN (
    SELECT org_id FROM event WHERE id = %(event)s
    UNION SELECT orgc_id FROM event WHERE id = %(event)s
    UNION SELECT org_id FROM sighting WHERE event_id = %(event)s
    UNION SELECT org_id FROM proposal WHERE event_id = %(event)s
) AND NOT EXISTS (
    SELECT 1 FROM content_concerned known
    WHERE known.grant_id = %(grant)s AND known.event_id = %(event)s AND known.organisation_id = o.id
)
"""
