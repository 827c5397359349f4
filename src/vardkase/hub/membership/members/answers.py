"""From an application's answers (`applications.form`) to what a member tells of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.hub.membership.members.details import CONTACTS, read_details


def details_of(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `details.FIELDS` that the answers hold.

    What cannot be read is left out: the member gives it anew while it is being connected.
    """
    found: dict[str, Any] = {}
    for name, value in _given(answers):
        try:
            found |= read_details({name: value}) if value else {}
        except Invalid:
            continue
    return found


def county_of(answers: Mapping[str, Any]) -> str:
    """The two digits of the county, or nothing."""
    return str(_part(answers, "organisation").get("county") or "")[:2]


def certificate_of(answers: Mapping[str, Any]) -> str:
    """The client certificate (PEM) that was sent along, or nothing."""
    return str(_part(_part(answers, "connection"), "api").get("certificate") or "")


def uuid_of(answers: Mapping[str, Any]) -> str:
    """The UUID that the organisation has in its own MISP, or nothing."""
    return str(_part(_part(answers, "connection"), "api").get("uuid") or "")


def _given(answers: Mapping[str, Any]) -> list[tuple[str, Any]]:
    about, connection = _part(answers, "organisation"), _part(answers, "connection")
    api, contacts = _part(connection, "api"), _part(answers, "contacts")
    place = f"{about.get('postcode', '')} {about.get('city', '')}".strip()
    return [
        ("address", "\n".join(line for line in (about.get("street"), place) if line)),
        ("domains", about.get("domains")),
        ("networks", connection.get("networks")),
        ("egress", api.get("egress")),
        ("software", f"{api.get('software', '')} {api.get('version', '')}".strip()),
        *((f"contact_{name}", contacts.get(name)) for name in CONTACTS),
    ]


def _part(answers: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = answers.get(name)
    return found if isinstance(found, Mapping) else {}
