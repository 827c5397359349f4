"""From an application's answers to what a member tells of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.hub.membership.members.details import CONTACTS, FIELDS, read_details


def details_of(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `details.FIELDS` that the answers hold, whichever step of the form asked for them.

    What cannot be read is left out: the member gives it anew while it is being connected.
    """
    given = {
        name: value for step in answers.values() if isinstance(step, Mapping) for name, value in step.items()
    }
    for name in CONTACTS:
        if f"contact_{name}" not in given:
            parts = {part: given.get(f"{name}_{part}", "") for part in ("name", "email", "phone")}
            given[f"contact_{name}"] = parts if any(parts.values()) else None
    found: dict[str, Any] = {}
    for name in FIELDS.keys() & given.keys():
        try:
            found |= read_details({name: given[name]})
        except Invalid:
            continue
    return found
