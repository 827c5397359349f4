"""A condition or exception as its page shows it."""

from __future__ import annotations

from typing import Any

from vardkase.hub.membership.conditions.models import MemberCondition
from vardkase.hub.membership.conditions.queries import condition_history, documents_of
from vardkase.hub.membership.conditions.rules import CONDITION
from vardkase.web.hub.membership.members.conditions import described

HISTORY_SHOWN = 50


def shown(condition: MemberCondition) -> dict[str, Any]:
    return described(condition) | {
        "organisation": condition.membership.organisation,
        "heading": heading(condition),
        "documents": list(documents_of(condition)),
        "history": [
            {
                "when": entry.at,
                "text": f"{CONDITION.steps[entry.step].act.text} ({entry.actor_name})"
                + (f" – {entry.note}" if entry.note else ""),
                "state": "past",
            }
            for entry in condition_history(condition)[:HISTORY_SHOWN]
        ],
    }


def heading(condition: MemberCondition) -> str:
    return str(condition.get_kind_display())
