"""Matches values against a list that is in its package alone: by the rules of `matching`, without an index."""

from __future__ import annotations

from collections.abc import Callable

from vardkase.core.expressions import ExpressionSet, TextSet
from vardkase.knowledge.warninglists.entries import Entries, network_of_entry
from vardkase.knowledge.warninglists.scanned import readable
from vardkase.knowledge.warninglists.values import host_ends, lookup_form, network_of_value

type Matcher = Callable[[str], str | None]
"""Returns the entry that a value matches."""


def matcher_of(kind: str, entries: Entries) -> Matcher:
    return MATCHERS[kind](entries)


def _exact(entries: Entries) -> Matcher:
    return lambda value: value if value in entries else None


def _hosts(entries: Entries) -> Matcher:
    by_form = {lookup_form(entry): entry for entry in entries}
    return lambda value: next((by_form[end] for end in host_ends(value) if end in by_form), None)


def _networks(entries: Entries) -> Matcher:
    known = {network for entry in entries if (network := network_of_entry(entry)) is not None}

    def narrowest(value: str) -> str | None:
        network = network_of_value(value)
        if network is None:
            return None
        around = (str(network.supernet(new_prefix=bits)) for bits in range(network.prefixlen, -1, -1))
        return next((each for each in around if each in known), None)

    return narrowest


def _substrings(entries: Entries) -> Matcher:
    texts = TextSet(list(entries))
    return lambda value: next((matched for _place, matched in texts.in_each([value])), None)


def _expressions(entries: Entries) -> Matcher:
    return ExpressionSet(readable(entries)).first


MATCHERS: dict[str, Callable[[Entries], Matcher]] = {
    "string": _exact,
    "hostname": _hosts,
    "cidr": _networks,
    "substring": _substrings,
    "regex": _expressions,
}
