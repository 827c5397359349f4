"""Converts an application's answers (`questionnaire`) to member details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.hub.membership.members.details import CONTACTS, read_details


def details_of(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `details.FIELDS` in the answers.

    Invalid values are left out: the member enters them again during onboarding.
    """
    about, connection = _part(answers, "organisation"), _part(answers, "connection")
    api, contacts = _part(connection, "api"), _part(answers, "contacts")
    place = f"{about.get('postcode', '')} {about.get('city', '')}".strip()
    given = {
        "address": "\n".join(line for line in (about.get("street"), place) if line),
        "domains": about.get("domains"),
        "networks": connection.get("networks"),
        "egress": api.get("egress"),
        "software": f"{api.get('software', '')} {api.get('version', '')}".strip(),
        **{f"contact_{name}": contacts.get(name) for name in CONTACTS},
    }
    details: dict[str, Any] = {}
    # Read one at a time: an invalid one must not take the others with it.
    for name, value in given.items():
        try:
            details |= read_details({name: value}) if value else {}
        except Invalid:
            continue
    return details


def county_of(answers: Mapping[str, Any]) -> str:
    return str(_part(answers, "organisation").get("county") or "")[:2]


def certificate_of(answers: Mapping[str, Any]) -> str:
    return str(_part(_part(answers, "connection"), "api").get("certificate") or "")


def uuid_of(answers: Mapping[str, Any]) -> str:
    return str(_part(_part(answers, "connection"), "api").get("uuid") or "")


def _part(answers: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = answers.get(name)
    # Answers of an old questionnaire, or of a file, may have another shape.
    return part if isinstance(part, Mapping) else {}
