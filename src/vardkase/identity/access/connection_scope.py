"""Scope of a connection: read limits of the account that reads for the peer.

An account may be bound to a connection, so that it reads no more than the connection's rules of a push let out;
and a push reads as the organisation at the other end. Connections are in a higher layer, which registers their rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vardkase.misp.distribution import Distribution

COMMUNITY = (Distribution.COMMUNITY, Distribution.CONNECTED, Distribution.ALL)
"""The distributions that reach the members of this hub."""
BEYOND = (Distribution.CONNECTED, Distribution.ALL)
"""The distributions that reach other hubs."""


@dataclass(frozen=True, slots=True)
class ConnectionScope:
    """The limits of one reader on a connection.

    `tags` and `creators` are local ids; None: there is no such rule. An event needs one of `tags` and none of
    `without_tags`, an attribute or report none of `without_tags`; data with a creator needs an organisation
    of `creators` and none of `without_creators`. `distributions` are readable in addition to sharing groups
    and inherited distributions. With `owns` its organisation also reads what it owns here, including
    unpublished data where members do; otherwise only what may leave.
    """

    tags: tuple[int, ...] | None = None
    without_tags: tuple[int, ...] = ()
    creators: tuple[int, ...] | None = None
    without_creators: tuple[int, ...] = ()
    distributions: tuple[Distribution, ...] = COMMUNITY
    owns: bool = True


type Rules = Callable[[int], ConnectionScope | None]
"""A connection's id → what may go over it; None when there is no such connection."""

_rules: list[Rules] = []


def register_connection_rules(rules: Rules) -> None:
    """Register the source of connection rules, once, when the applications are ready."""
    _rules[:] = [rules]


def connection_scope_of(server_id: int) -> ConnectionScope | None:
    """The scope of an account that is bound to a connection; None if it is bound to none (0)."""
    return _rules[0](server_id) if server_id and _rules else None


def event_passes(connection_scope: ConnectionScope | None, event: str) -> str:
    if connection_scope is None:
        return "TRUE"
    tagged = f"EXISTS (SELECT 1 FROM event_tag ruled WHERE ruled.event_id = {event}.id AND ruled.tag_id"
    conditions = [_created(connection_scope, event)]
    if connection_scope.tags is not None:
        conditions.append(f"{tagged} = ANY({_array(connection_scope.tags)}))")
    if connection_scope.without_tags:
        conditions.append(f"NOT {tagged} = ANY({_array(connection_scope.without_tags)}))")
    return _all(conditions)


def attribute_passes(connection_scope: ConnectionScope | None, attribute: str, key: str) -> str:
    """SQL: the rules pass an attribute of a passed event; `key` is the column with its id."""
    return _untagged(connection_scope, "attribute_tag", "attribute_id", f"{attribute}.{key}")


def report_passes(connection_scope: ConnectionScope | None, report: str) -> str:
    return _untagged(connection_scope, "event_report_tag", "event_report_id", f"{report}.id")


def cluster_passes(connection_scope: ConnectionScope | None, cluster: str) -> str:
    """SQL: the rules pass a cluster; packaged ones always pass."""
    if connection_scope is None:
        return "TRUE"
    conditions = [_created(connection_scope, cluster)]
    if connection_scope.without_tags:
        conditions.append(
            f"NOT EXISTS (SELECT 1 FROM tag ruled WHERE ruled.id = ANY({_array(connection_scope.without_tags)}) "
            f"AND lower(ruled.name) = lower({cluster}.tag_name))"
        )
    made = _all(conditions)
    return made if made == "TRUE" else f'({cluster}."default" OR {made})'


def made_thing_passes(connection_scope: ConnectionScope | None, thing: str) -> str:
    """SQL: the rules pass a row with a creator organisation (column `orgc_id`)."""
    return "TRUE" if connection_scope is None else _created(connection_scope, thing)


def _untagged(connection_scope: ConnectionScope | None, table: str, column: str, part: str) -> str:
    if connection_scope is None or not connection_scope.without_tags:
        return "TRUE"
    return (
        f"NOT EXISTS (SELECT 1 FROM {table} ruled WHERE ruled.{column} = {part} "
        f"AND ruled.tag_id = ANY({_array(connection_scope.without_tags)}))"
    )


def _created(connection_scope: ConnectionScope, thing: str) -> str:
    conditions = []
    if connection_scope.creators is not None:
        conditions.append(f"{thing}.orgc_id = ANY({_array(connection_scope.creators)})")
    if connection_scope.without_creators:
        conditions.append(f"{thing}.orgc_id <> ALL({_array(connection_scope.without_creators)})")
    return _all(conditions)


def _all(conditions: list[str]) -> str:
    restricting = [condition for condition in conditions if condition != "TRUE"]
    return " AND ".join(restricting) or "TRUE"


def _array(numbers: tuple[int, ...]) -> str:
    """Numbers as SQL literals: the predicate is embedded in statements with parameters of their own."""
    return f"ARRAY[{','.join(str(int(number)) for number in numbers)}]::bigint[]"
