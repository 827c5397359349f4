"""Content that leaves at the machine's console: audited, and once the hub has officers under a grant alone."""

from __future__ import annotations

from collections.abc import Callable

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden
from vardkase.hub.content_access.queries import in_force
from vardkase.hub.content_access.recording import RecordedGlass
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.officers import officers
from vardkase.identity.organisations.settings import membership_is_in_use

NEEDS_GRANT = (
    "Once the hub has officers, content leaves at the console only under access that they have granted. "
    "The operator asks on the pages; name them with --user."
)


def export_readers(actor: Actor, choose: Callable[[Actor], list[int]]) -> tuple[Actor, list[int]]:
    """Through whose eyes events are exported for `actor`, and which. `choose` gives the ids that a reader asks for.

    Each event that is read under a grant is on record, and its organisations hear of it as of every such reading.
    Raises Forbidden without a grant that reaches one of them.
    """
    if not (membership_is_in_use() or officers().exists()):
        chosen = choose(actor)
        _record(actor, len(chosen), None)
        return actor, chosen
    grant = in_force(actor)
    if grant is None:
        record(actor, "console.export_refused", Target("export"), {"login": actor.login or actor.name})
        raise Forbidden(NEEDS_GRANT)
    glass = RecordedGlass(actor, "console export")
    asked = choose(glass.reader)
    for event_id in asked:
        glass.enter(event_id)
    chosen = [event_id for event_id in asked if event_id in glass.opened]
    _record(actor, len(chosen), grant.pk)
    return glass.reader, chosen


def _record(actor: Actor, count: int, grant_id: int | None) -> None:
    facts = {"count": count, "grant": grant_id, "login": actor.login or actor.name}
    record(actor, "console.exported", Target("export"), facts)
