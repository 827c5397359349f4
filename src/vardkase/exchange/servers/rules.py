"""The rules of a connection in MISP's format: which events may pass, by tag and creator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vardkase.core.sql import cursor
from vardkase.exchange.servers.models import Server
from vardkase.identity.access.connection_scope import BEYOND, COMMUNITY, ConnectionScope
from vardkase.misp.flags import is_id

FILTERS = {"tags": "tag", "orgs": "org", "type_attributes": "type_attribute", "type_objects": "type_object"}
"""Rule → its name in an index request."""


def index_request(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The body of the index request for a pull; members of `url_params` take precedence."""
    body: dict[str, Any] = {"minimal": 1, "published": 1}
    for rule, name in FILTERS.items():
        if values := [*listed(rules, rule, "OR"), *(f"!{value}" for value in listed(rules, rule, "NOT"))]:
            body[name] = values
    return body | url_params(rules)


def creators(rules: Mapping[str, Any]) -> list[str]:
    """The creators that may pass, and those that may not, prefixed with an exclamation mark."""
    return [*listed(rules, "orgs", "OR"), *(f"!{name}" for name in listed(rules, "orgs", "NOT"))]


def connection_scope_of_server(server_id: int) -> ConnectionScope | None:
    """What an account bound to a connection may read: what the push rules let out."""
    rules = Server.objects.filter(pk=server_id).values_list("push_rules", flat=True).first()
    return None if rules is None else ConnectionScope(**_scope_of_rules(rules))


def connection_scope_of_push(server: Server) -> ConnectionScope:
    """What a push may send. Between instances of one organisation, content for this hub's members is
    included."""
    reaching = COMMUNITY if server.internal else BEYOND
    return ConnectionScope(**_scope_of_rules(server.push_rules), distributions=reaching, owns=server.internal)


def _scope_of_rules(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The push rules by local ids.

    An allow rule that matches nothing here (a tag by name, say) lets nothing out, as in MISP. Block rules
    also match by name, which MISP ignores.
    """
    return {
        "tags": _ids(rules, "tags", "OR") if listed(rules, "tags", "OR") else None,
        "without_tags": _ids(rules, "tags", "NOT") + _ids_by_name(rules, "tags", TAGS),
        "creators": _ids(rules, "orgs", "OR") if listed(rules, "orgs", "OR") else None,
        "without_creators": _ids(rules, "orgs", "NOT") + _ids_by_name(rules, "orgs", ORGANISATIONS),
    }


def _ids_by_name(rules: Mapping[str, Any], rule: str, found_by_name: str) -> tuple[int, ...]:
    names = [value.lower() for value in listed(rules, rule, "NOT") if not value.isdecimal()]
    return tuple(row[0] for row in cursor().execute(found_by_name, {"names": names})) if names else ()


def _ids(rules: Mapping[str, Any], rule: str, side: str) -> tuple[int, ...]:
    # Ids are numbers in texts, and at most a bigint: more digits would fail the query.
    return tuple(int(value) for value in listed(rules, rule, side) if is_id(value))


def url_params(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The additional filters, which MISP stores as JSON text; none if invalid."""
    try:
        parsed = json.loads(str(rules.get("url_params") or "{}"))
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def listed(rules: Mapping[str, Any], rule: str, side: str) -> list[str]:
    sides = rules.get(rule)
    values = sides.get(side) if isinstance(sides, dict) else None
    return [str(value) for value in values if value not in (None, "")] if isinstance(values, list) else []


TAGS = "SELECT id FROM tag WHERE lower(name) = ANY(%(names)s)"
ORGANISATIONS = (
    "SELECT id FROM organisation WHERE lower(name) = ANY(%(names)s) OR uuid::text = ANY(%(names)s)"
)
