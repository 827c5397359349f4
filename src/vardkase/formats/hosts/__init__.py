"""Domains of a search as a hosts file that blocks them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address

from vardkase.analysis.search.filters import Search
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.formats.dns_names import dns_name
from vardkase.formats.problems import ExportProblem
from vardkase.formats.search_results import MatchedValue, rows_of
from vardkase.identity.access.actor import Actor

NOWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it


def lines(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    now = datetime.fromtimestamp(now_seconds(), UTC)
    yield f"# Blocklist in the HOSTS format\n# Generated: {now:%Y-%m-%d %H:%M:%S %z}\n".encode()
    address, seen = address_of(search), MatchedValue()
    for rows in rows_of(actor, search, ids, "a.value1", types=["domain"]):
        names = [name for (value,) in rows if (name := dns_name(value)) and seen.first_time(name)]
        if names:
            yield "".join(f"{address} {name}\n" for name in names).encode()


def address_of(search: Search) -> str:
    """Where the names lead: the option `ip_address`. Raises Invalid if it is not an address."""
    text = str(search.options.get("ip_address") or NOWHERE)
    try:
        return str(ip_address(text))
    except ValueError:
        raise Invalid(ExportProblem.BAD_IP_ADDRESS()) from None
