"""Compiles a blueprint's rules to one SQL condition over organisations.

``{"OR": {"org_sector": ["Health"], "AND": {"org_type": "CERT", "NOT": {"org_nationality": ["Sweden"]}}}}``:
OR is the union of its members, AND their intersection, NOT (of leaves only) the organisations in none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from vardkase.core.errors import InvalidValue
from vardkase.identity.blueprints.problems import BlueprintProblem
from vardkase.misp.flags import as_int

DEEPEST = 10
MOST_LEAVES = 100
MOST_VALUES = 1000
LONGEST = 255


@dataclass(slots=True)
class BlueprintCondition:
    """SQL for a WHERE clause over organisation `o`, with its parameters.

    It also needs ``blueprint_groups``, the ids of the sharing groups that may be queried.
    """

    sql: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


def condition(rules: Any) -> BlueprintCondition:
    built = BlueprintCondition()
    if not isinstance(rules, Mapping) or not rules:
        raise InvalidValue(BlueprintProblem.NOT_RULES())
    built.sql = " AND ".join(_part(built, name, inner, 1) for name, inner in rules.items())
    return built


def _part(built: BlueprintCondition, name: Any, inner: Any, depth: int) -> str:
    if depth > DEEPEST:
        raise InvalidValue(BlueprintProblem.TOO_DEEP())
    operator = str(name).upper()
    if operator not in ("OR", "AND", "NOT"):
        return _leaf(built, str(name), inner)
    members = list(_members(inner))
    if not members:
        raise InvalidValue(BlueprintProblem.EMPTY(operator=operator))
    if operator == "NOT" and any(str(member).upper() in ("OR", "AND", "NOT") for member, _ in members):
        raise InvalidValue(BlueprintProblem.NESTED_NOT())
    joint = " AND " if operator == "AND" else " OR "
    joined = joint.join(_part(built, member, value, depth + 1) for member, value in members)
    return f"NOT ({joined})" if operator == "NOT" else f"({joined})"


def _members(inner: Any) -> Iterator[tuple[Any, Any]]:
    for block in inner if isinstance(inner, list) else [inner]:
        if not isinstance(block, Mapping):
            raise InvalidValue(BlueprintProblem.NOT_AN_OBJECT())
        yield from block.items()


def _leaf(built: BlueprintCondition, name: str, given: Any) -> str:
    if name not in LEAVES:
        raise InvalidValue(BlueprintProblem.UNKNOWN_RULE(name=name[:40]))
    if len(built.parameters) >= MOST_LEAVES:
        raise InvalidValue(BlueprintProblem.TOO_MANY_RULES())
    values = given if isinstance(given, list) else [given]
    if len(values) > MOST_VALUES:
        raise InvalidValue(BlueprintProblem.TOO_MANY_VALUES(name=name))
    sql, read = LEAVES[name]
    parameter = f"blueprint_{len(built.parameters)}"
    built.parameters[parameter] = [read(value) for value in values]
    return sql.format(values=f"%({parameter})s")


def read_number(value: Any) -> int:
    number = as_int(value)
    if number is None:
        raise InvalidValue(BlueprintProblem.NOT_AN_ID())
    return number


def read_uuid(value: Any) -> str:
    try:
        return str(UUID(str(value)))
    except ValueError:
        raise InvalidValue(BlueprintProblem.NOT_A_UUID()) from None


def read_text(value: Any) -> str:
    if not isinstance(value, str | int) or len(str(value)) > LONGEST:
        raise InvalidValue(BlueprintProblem.NOT_TEXT())
    return str(value).strip().lower()


MEMBERS = (
    "o.id IN (SELECT m.org_id FROM sharing_group_org m JOIN sharing_group g ON g.id = m.sharing_group_id "
    "WHERE g.id = ANY(%(blueprint_groups)s::bigint[]) AND {condition})"
)
LEAVES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "org_id": ("o.id = ANY({values}::bigint[])", read_number),
    "org_uuid": ("o.uuid = ANY({values}::uuid[])", read_uuid),
    **{
        f"org_{column}": (f"lower(o.{column}) = ANY({{values}}::text[])", read_text)
        for column in ("name", "nationality", "sector", "type")
    },
    # Not format(), which would also fill in {values}.
    "sharing_group_id": (MEMBERS.replace("{condition}", "g.id = ANY({values}::bigint[])"), read_number),
    "sharing_group_uuid": (MEMBERS.replace("{condition}", "g.uuid = ANY({values}::uuid[])"), read_uuid),
}
