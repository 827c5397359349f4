"""Which attributes a bulk action is about: ticked ones, or every one that the filter of the table matches."""

from __future__ import annotations

from django.http import QueryDict

from vardkase.core.errors import Conflict
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import usable_groups
from vardkase.intel.columns import EventRow
from vardkase.intel.problems import AttributeProblem
from vardkase.intel.queries.attribute_lines import LineOrder, extent, matching_ids
from vardkase.web.intel.events.table_query import may_see_deleted, table_query
from vardkase.web.ui.chips import GROUP, INHERIT, REACHES
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest


def selected_ids(request: PageRequest, event: EventRow) -> list[int]:
    """Raises Conflict if other attributes match the filter than when the person chose all of them."""
    if not posted.flag(request, "every"):
        return posted.numbers(request, "pk")
    actor = request.actor
    query = table_query(QueryDict(posted.text(request, "filter")), sees_deleted=may_see_deleted(actor, event))
    wanted = query.resolved(actor, event.id)
    now = extent(actor, event.id, wanted, LineOrder())
    if now.mark != posted.text(request, "match_mark"):
        raise Conflict(AttributeProblem.MATCHES_CHANGED(count=thin(now.attributes)))
    return matching_ids(actor, event.id, wanted)


def chosen_filter(request: PageRequest) -> str | None:
    """The filter, if every attribute that it matches was chosen; for the audit row."""
    return posted.text(request, "filter") if posted.flag(request, "every") else None


def selection_fields(request: PageRequest) -> dict[str, str]:
    """What a page has to send on so that the next one is about the same attributes."""
    if posted.flag(request, "every"):
        return {name: posted.text(request, name) for name in ("every", "filter", "match_mark")}
    return {"pk": ",".join(map(str, posted.numbers(request, "pk")))}


def reach_choices(actor: Actor) -> list[tuple[str, str]]:
    """Every distribution an attribute may have, for one select: a level, or "4:" and the id of a group."""
    levels = [(str(level), str(REACHES[level])) for level in (INHERIT, 0, 1, 2, 3)]
    return levels + [
        (f"{GROUP}:{number}", name) for number, name in usable_groups(actor).values_list("pk", "name")
    ]
