"""Where a value may be that searches leave out: in events of which the reader has the last version alone."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.analysis.search.statement import Statement
from vardkase.analysis.search.value_search import exact_ids
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, last_version_predicate

MOST = 50
"""Events of one search, the newest."""


def changing_events_with(actor: Actor, values: Sequence[str]) -> list[int]:
    """Ids of those that have any of the values now, deleted or not.

    That their last version had it too must be checked before anything is said of them
    (`formats.misp_json.version_search`).
    """
    statement = Statement(actor)
    sql = WITH_VALUE.format(
        ids=exact_ids(statement, values),
        waiting=last_version_predicate(actor),
        attribute=attribute_predicate(actor),
        most=MOST,
    )
    return [event_id for (event_id,) in statement.rows(sql)]


# The first condition is what the predicate asks too: few events pass it.
WITH_VALUE = """
SELECT DISTINCT a.event_id FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.id IN ({ids}) AND (e.being_changed OR e.group_changes_unpublished) AND {waiting} AND {attribute}
ORDER BY a.event_id DESC LIMIT {most}
"""
