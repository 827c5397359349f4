"""Addresses of a search as iptables commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vardkase.analysis.search.filters import Search
from vardkase.core.errors import Invalid
from vardkase.formats.problems import ExportProblem
from vardkase.formats.search_results import rows_of
from vardkase.identity.access.actor import Actor
from vardkase.misp.types import IP_TYPES, network_of

CHAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,27}", re.ASCII)
"""A target: one of iptables, or a chain of the administrator, whose name has at most 28 characters."""


def commands(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """A command for each address; `netfilter_action` is the target. An empty line if there are none."""
    action = action_of(search)
    empty = True
    for rows in rows_of(actor, search, ids, "a.type, a.value1, a.value2", types=IP_TYPES):
        networks = [network for row in rows if (network := network_of(*row))]
        if networks:
            empty = False
            yield "".join(
                f"{'ip6tables' if ':' in network else 'iptables'} -A INPUT -s {network} -j {action}\n"
                for network in networks
            ).encode()
    if empty:
        yield b"\n"


def action_of(search: Search) -> str:
    """The target of the commands. Raises Invalid if `netfilter_action` is not one: a shell runs the file."""
    action = str(search.options.get("netfilter_action") or "DROP")
    if not CHAIN.fullmatch(action):
        raise Invalid(ExportProblem.BAD_NETFILTER_ACTION())
    return action
