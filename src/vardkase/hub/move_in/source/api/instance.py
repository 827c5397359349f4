"""What the API tells of the instance itself: the version of its tables, and its settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vardkase.core.errors import InvalidValue
from vardkase.hub.move_in.problems import DumpProblem, MoveInProblem
from vardkase.hub.move_in.source.api.client import RunningMisp, entries_of
from vardkase.hub.move_in.source.api.shapes import Settings, Version, require, require_members
from vardkase.hub.move_in.source.staged_source import OLDEST_SCHEMA

OLDEST = (2, 4, 160)
SETTINGS, VERSION, ROLES = "servers/serverSettings", "servers/getVersion", "roles/index"
HIDDEN = re.compile(r"\*+")
"""How MISP shows the values of secrets."""


def instance_of(misp: RunningMisp) -> dict[str, Any]:
    """Raises InvalidValue if it is too old, or the key is not that of a site administrator."""
    told = misp.find(SETTINGS)
    if told is None:
        raise InvalidValue(MoveInProblem.MISP_REFUSED(path=SETTINGS, status=403))
    require(SETTINGS, told, Settings)
    settings = {
        each["setting"]: each.get("value")
        for each in told["finalSettings"]
        if not HIDDEN.fullmatch(str(each.get("value")))
    }
    return {"schema": _schema(misp), "settings": settings, "default_role": _default_role(misp)}


def taxonomy_rows(number: Any, exported: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What `taxonomies/export` answers, as rows by table; without their numbers, those of the tables link nothing."""
    entries = {each["predicate"]: each.get("entry") or () for each in exported.get("values") or ()}
    for place, predicate in enumerate(exported.get("predicates") or (), 1):
        own = int(number) * FURTHER + place
        yield "taxonomy_predicates", {**predicate, "id": own, "taxonomy_id": number}
        for entry in entries.get(predicate.get("value"), ()):
            yield "taxonomy_entries", {**entry, "taxonomy_predicate_id": own}


FURTHER = 100_000
"""More than any taxonomy has predicates."""


def _schema(misp: RunningMisp) -> int:
    told = misp.find("servers/dbSchemaDiagnostic")
    if isinstance(told, dict) and str(told.get("actual_db_version")).isdecimal():
        return int(told["actual_db_version"])
    answer = misp.get(VERSION)
    require(VERSION, answer, Version)
    version = re.findall(r"\d+", answer["version"])
    if tuple(map(int, version[:3])) < OLDEST:
        raise InvalidValue(DumpProblem.TOO_OLD())
    return OLDEST_SCHEMA


def _default_role(misp: RunningMisp) -> Any:
    roles = [entry.get("Role", entry) for entry in entries_of(ROLES, misp.get(ROLES))]
    for role in roles:
        require_members(ROLES, role, ("id",))
    return next((role["id"] for role in roles if role.get("default") or role.get("default_role")), None)
