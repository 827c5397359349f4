"""Writes all entries of a warninglist; readers see the previous ones until the transaction commits."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from vardkase.core.sql import cursor
from vardkase.knowledge.sources.bulk import copy_rows
from vardkase.knowledge.warninglists.models import Warninglist, new_revision

type Entries = dict[str, str | None]
"""Value → its comment."""

COLUMNS = ("warninglist_id", "value", "comment", "network")


def write_entries(warninglist: Warninglist, entries: Entries) -> None:
    remove_entries(warninglist)
    count_entries(warninglist, copy_rows("warninglist_entry", COLUMNS, _rows(warninglist, entries.items())))


def append_entries(warninglist: Warninglist, entries: Entries) -> int:
    known = warninglist.entries.filter(value__in=list(entries)).values_list("value", flat=True)
    new = [(value, entries[value]) for value in entries.keys() - set(known)]
    added = copy_rows("warninglist_entry", COLUMNS, _rows(warninglist, new))
    count_entries(warninglist, warninglist.entry_count + added)
    return len(new)


def remove_entries(warninglist: Warninglist) -> None:
    cursor().execute("DELETE FROM warninglist_entry WHERE warninglist_id = %s", (warninglist.pk,))


def count_entries(warninglist: Warninglist, count: int) -> None:
    # A new revision makes every process read the entries anew that it keeps in memory.
    warninglist.entry_count = count
    warninglist.revision = new_revision()
    warninglist.save(update_fields=["entry_count", "revision"])


def network_of_entry(value: str) -> str | None:
    """`value` as a canonical network; None if malformed, which matches nothing."""
    try:
        # Not strict: people write 10.0.0.1/8. PostgreSQL's cidr would refuse it.
        return str(ipaddress.ip_network(value.strip(), strict=False))
    except ValueError:
        return None


def _rows(
    warninglist: Warninglist, entries: Iterable[tuple[str, str | None]]
) -> Iterator[tuple[int, str, str | None, str | None]]:
    number, is_cidr = warninglist.pk, warninglist.type == "cidr"
    for value, comment in entries:
        yield number, value, comment, network_of_entry(value) if is_cidr else None
