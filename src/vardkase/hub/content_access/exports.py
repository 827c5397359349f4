"""Content exports at the console: audited, reported to the source organisations, and allowed only with a grant
once the hub has officers.
"""

from __future__ import annotations

from collections.abc import Callable

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.content_access import mails
from vardkase.hub.content_access.problems import ContentAccessProblem
from vardkase.hub.content_access.queries import in_force
from vardkase.hub.content_access.recording import RecordedContentAccess
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.hub_in_use import officers
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.organisations.settings import membership_is_in_use


def export_readers(actor: Actor, choose: Callable[[Actor], list[int]]) -> tuple[Actor, list[int]]:
    """The reader for whom events are exported, and their ids. `choose` returns the ids that a reader may export.

    Each event read under content access is recorded, and its organisations are notified as of any such read;
    before there are officers, immediately. Raises Forbidden without content access that covers one of them.
    """
    # A hub without officers has nobody who could grant access.
    if not (membership_is_in_use() or officers().exists()):
        chosen = choose(actor)
        _record(actor, len(chosen), None)
        _tell_organisations(actor, chosen)
        return actor, chosen
    grant = in_force(actor)
    if grant is None:
        record(
            actor, HubAction.CONSOLE_EXPORT_REFUSED, Target("export"), {"login": actor.login or actor.name}
        )
        raise Forbidden(ContentAccessProblem.NEEDS_GRANT())
    content_access = RecordedContentAccess(actor, "console export")
    wanted = choose(content_access.reader)
    # Recorded before anything is read, one by one: the grant may end in between.
    for event_id in wanted:
        content_access.enter(event_id)
    chosen = [event_id for event_id in wanted if event_id in content_access.opened]
    _record(actor, len(chosen), grant.pk)
    return content_access.reader, chosen


def _tell_organisations(actor: Actor, event_ids: list[int]) -> None:
    rows = cursor().execute(CONCERNED, {"events": event_ids, "own": actor.organisation_id}).fetchall()
    administrators: dict[int, list[User]] = {}
    for person in active_users().filter(org__in=[row[0] for row in rows], role__perm_admin=True):
        administrators.setdefault(person.org_id, []).append(person)
    for organisation_id, name, count in rows:
        mails.notify_of_export(actor, name, count, administrators.get(organisation_id, []))


CONCERNED = """
SELECT o.id, o.name, count(DISTINCT part.event_id)
FROM (
    SELECT id AS event_id, org_id FROM event WHERE id = ANY(%(events)s)
    UNION SELECT id, orgc_id FROM event WHERE id = ANY(%(events)s)
    UNION SELECT event_id, org_id FROM sighting WHERE event_id = ANY(%(events)s)
    UNION SELECT event_id, org_id FROM proposal WHERE event_id = ANY(%(events)s)
) part JOIN organisation o ON o.id = part.org_id AND o.local AND o.id <> %(own)s
GROUP BY o.id, o.name ORDER BY o.id
"""


def _record(actor: Actor, count: int, grant_id: int | None) -> None:
    facts = {"count": count, "grant": grant_id, "login": actor.login or actor.name}
    record(actor, HubAction.CONSOLE_EXPORTED, Target("export"), facts)
