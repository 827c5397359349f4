"""Common view data of membership pages, for staff and members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext

from vardkase.hub.case_files.hearings.queries import hearings_of, is_over
from vardkase.hub.correspondence.letters.service import with_service
from vardkase.hub.correspondence.letters.writing import letters_about
from vardkase.hub.lifecycle.models import HistoryEntry
from vardkase.hub.membership.members import queries
from vardkase.hub.membership.members.cases import open_case
from vardkase.hub.membership.members.details import CONTACTS, FIELDS, in_words
from vardkase.hub.membership.members.models import Membership, ProposedChange
from vardkase.hub.membership.members.rules import HISTORY_LABELS, MEMBERSHIP
from vardkase.hub.membership.members.services.hearings import INTENDED
from vardkase.hub.membership.members.state_labels import ShownState, shown_state, state_in_words
from vardkase.hub.membership.onboarding.items import NAMES, ChecklistLine, ItemState, checklist
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.identity.access.actor import Actor
from vardkase.web.hub.membership.members.conditions import conditions_panel

PILLS = {
    ItemState.DONE: "ok",
    ItemState.STARTED: "wait",
    ItemState.OPEN: "land",
    ItemState.TROUBLE: "bad",
    ItemState.NOT_NEEDED: "out",
}
STATE_PILLS = {
    ShownState.ONBOARDING: "wait",
    ShownState.ACTIVE: "ok",
    ShownState.LIMITED: "warn",
    ShownState.SUSPENDED: "bad",
    ShownState.TERMINATED: "out",
}
HISTORY_SHOWN = 30
ITSELF = "console:hub"
"""The name under which the hub acts by itself."""


def shown(actor: Actor, membership: Membership, place_of: Callable[[str], str]) -> dict[str, Any]:
    lines = checklist(membership)
    change = queries.open_change(membership)
    return {
        "membership": membership,
        "organisation": membership.organisation,
        "state_pill": STATE_PILLS[shown_state(membership)],
        "state_words": state_in_words(membership),
        "restrictions": list(
            queries.restrictions(membership).select_related("letter").defer("letter__content")
        ),
        "lines": [(line, PILLS[line.state], place_of(line.item.name)) for line in lines],
        "settled": sum(line.is_settled for line in lines),
        "next_lines": [line for line in lines if not line.is_settled],
        "contacts": _contacts(membership),
        "hearings": open_hearings(membership),
        **conditions_panel(actor, membership),
        "letters": with_service(letters_about("membership", membership.pk), membership.sector),
        "organisation_number": hyphenated(membership.organisation_number),
        "details": [
            (FIELDS[name].label, in_words(membership.details.get(name)))
            for name in FIELDS
            if name != "name" and not name.startswith("contact_")
        ],
        "change": change,
        "change_rows": change_rows(change),
        "history": [
            {"when": entry.at, "text": history_text(entry), "state": "past"}
            for entry in queries.history(actor, membership)[:HISTORY_SHOWN]
        ],
        "states": {state.name.lower(): state for state in ItemState},
    }


def history_text(entry: HistoryEntry) -> str:
    step = MEMBERSHIP.steps.get(entry.step)
    event = str(step.act.text) if step else HISTORY_LABELS.get(entry.step, entry.step)
    actor = gettext("the hub itself") if entry.actor_name == ITSELF else entry.actor_name
    about, _, note = entry.note.partition(": ")
    if entry.step == "onboarded" and about in NAMES:
        return f"{NAMES[about].title}: {note} ({actor})"
    return f"{event} ({actor})" + (f" – {entry.note}" if entry.note else "")


def change_rows(change: ProposedChange | None) -> list[dict[str, str]]:
    if change is None:
        return []
    return [
        {
            "change": "added" if not before else "changed" if after else "removed",
            "what": str(FIELDS[name].label) if name in FIELDS else name,
            "old": in_words(before),
            "new": in_words(after),
        }
        for name, (before, after) in change.fields.items()
    ]


def open_hearings(membership: Membership) -> list[dict[str, Any]]:
    """Those that no decision has been made on yet."""
    case_file = open_case(membership)
    rows = hearings_of(case_file).filter(concluded_at=None) if case_file else ()
    return [{"hearing": each, "intended": INTENDED[each.intended], "is_over": is_over(each)} for each in rows]


def _contacts(membership: Membership) -> list[tuple[Any, dict[str, str]]]:
    contacts = ((label, membership.details.get(f"contact_{name}")) for name, label in CONTACTS.items())
    return [(label, contact) for label, contact in contacts if contact]


__all__ = ["ChecklistLine", "change_rows", "history_text", "open_hearings", "shown"]
