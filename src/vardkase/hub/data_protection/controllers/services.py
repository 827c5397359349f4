"""Services that keep who was controller for an event when it was published."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.hub.data_protection.controllers.models import PublishingController
from vardkase.intel.hooks import EventOwnerChanged, EventPublished


def keep_controller(published: EventPublished) -> None:
    """A row only if the organisation, its name, number or contact differs from the last one."""
    cursor().execute(
        KEEP,
        {
            "event": published.event_id,
            "uuid": published.event_uuid,
            "at": published.published_at,
            "org": published.org_id,
        },
    )


def forget_former_controller(taken: EventOwnerChanged) -> None:
    """Who took the event over publishes it in its own name: the register would reveal from whom it comes."""
    PublishingController.objects.filter(event_id=taken.event_id).delete()


KEEP = """
WITH now AS (
    SELECT o.id AS organisation_id, o.name, coalesce(m.organisation_number, '') AS organisation_number,
        coalesce(c.name, '') AS contact_name, coalesce(c.email, '') AS contact_email
    FROM organisation o LEFT JOIN membership m ON m.organisation_id = o.id
    LEFT JOIN LATERAL (
        SELECT name, email FROM contact
        WHERE organisation_id = o.id AND role IN ('data_protection', 'main')
        ORDER BY role <> 'data_protection', id LIMIT 1
    ) c ON TRUE
    WHERE o.id = %(org)s
), last AS (
    SELECT organisation_id, name, organisation_number, contact_name, contact_email
    FROM publishing_controller WHERE event_uuid = %(uuid)s ORDER BY since DESC LIMIT 1
)
INSERT INTO publishing_controller
    (event_id, event_uuid, since, organisation_id, name, organisation_number, contact_name, contact_email)
SELECT %(event)s, %(uuid)s, %(at)s, now.* FROM now
WHERE NOT EXISTS (SELECT FROM last WHERE last IS NOT DISTINCT FROM now)
ON CONFLICT DO NOTHING
"""
