"""The last step: all events as this hub shows them, compared with MISP's database."""

from __future__ import annotations

from vardkase.hub.move_in.comparison import staged
from vardkase.hub.move_in.comparison.compare import Comparison, Difference, compare_events
from vardkase.hub.move_in.taking import Step, Taking

COMPARED = "events that were compared with MISP"
DIFFERS = "It differs from MISP: it was changed here since, or could not be taken over as it was."
NOT_HERE = "It is in MISP’s database and not here."


def compare(taking: Taking) -> Comparison:
    staged.index()
    comparison = compare_events("database", taking.actor, staged.event_ids(), staged.events, lambda _: None)
    taking.count(COMPARED, comparison.events)
    taking.count("events that are equal", comparison.equal)
    taking.leave_out("differences in events", map(_name, comparison.differences), DIFFERS)
    for kind, (there, here) in staged.counts().items():
        if here < there:
            taking.leave_out("numbers that differ", [f"{kind}: {there - here} of {there}"], NOT_HERE)
    return comparison


def _name(difference: Difference) -> str:
    where = "only in MISP" if difference.missing else ", ".join(difference.fields) or "only here"
    return f"event {difference.event_id}: {difference.kind} {difference.name} ({where})"


def _take(taking: Taking) -> None:
    compare(taking)


COMPARISON_STEP = Step("comparison", (), _take)
