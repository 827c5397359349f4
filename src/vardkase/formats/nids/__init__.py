"""Suricata and Snort rules generated from a search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby

from vardkase.analysis.search.filters import Scope, Search
from vardkase.core.sql import cursor
from vardkase.formats.csv.columns import ATTRIBUTE_TAGS, EVENT_TAGS
from vardkase.formats.misp_json.stream import coalesced
from vardkase.formats.nids import snort as snort_rules
from vardkase.formats.nids import suricata as suricata_rules
from vardkase.formats.nids.common_rules import Alert, Indicator, Maker, in_message
from vardkase.formats.nids.connections import CONNECTIONS, PART_TYPES, connection
from vardkase.formats.nids.user_rules import taken_over
from vardkase.formats.search_results import rows_of
from vardkase.identity.access.actor import Actor
from vardkase.misp.flags import as_bool

OWN = "snort"
LONGEST_RULE = 8000
"""Bytes in a line that both engines still read."""
FIRST_SID = 4_000_000
"""The first rule number for actors without an account; MISP gives the same to new accounts."""

COLUMNS = """a.id, a.event_id, e.threat_level_id, a.type, a.value1, a.value2, {tags}, a.object_id, o.name,
    a.object_relation"""
TAGS = {
    Scope.ATTRIBUTES: ATTRIBUTE_TAGS,
    Scope.EVENTS: f"nullif(concat_ws(',', {ATTRIBUTE_TAGS}, {EVENT_TAGS}), '')",
}

HEAD = """# MISP export of IDS rules - optimized for {engine}
#
# These NIDS rules contain some variables that need to exist in your configuration.
# Make sure you have set:
#
# $HOME_NET     - Your internal network range
# $EXTERNAL_NET - The network considered as outside
# $SMTP_SERVERS - All your internal SMTP servers
# $HTTP_PORTS   - The ports used to contain HTTP traffic (not required with suricata export)
# """


def suricata(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    return _document(actor, search, ids, "suricata", suricata_rules.RULES)


def snort(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    return _document(actor, search, ids, "snort", snort_rules.RULES)


def _document(
    actor: Actor, search: Search, ids: Sequence[int], engine: str, makers: Mapping[str, Maker]
) -> Iterator[bytes]:
    row = cursor().execute("SELECT nids_sid FROM account WHERE id = %s", (actor.user_id,)).fetchone()
    lines = _Lines(makers, row[0] if row else FIRST_SID, search.base_url)
    pages = rows_of(
        actor,
        search,
        ids,
        COLUMNS.format(tags=TAGS[search.scope]),
        types=makers.keys() | PART_TYPES | {OWN},
        all_tags=as_bool(search.options.get("includeAllTags")),
    )
    indicators = map(Indicator._make, chain.from_iterable(pages))
    # A search for attributes may have found only some of a connection's, which is then no connection.
    rules = lines.of_objects(indicators) if search.scope is Scope.EVENTS else map(lines.of, indicators)
    yield HEAD.format(engine=engine).encode()
    yield from coalesced(f"\n{line}".encode() for group in rules for line in group)


class _Lines:
    """Writes rules: `makers` by attribute type, numbered from `first_sid`."""

    def __init__(self, makers: Mapping[str, Maker], first_sid: int, base_url: str) -> None:
        self._makers = makers
        self._first_sid = first_sid
        self._base_url = base_url

    def of_objects(self, indicators: Iterable[Indicator]) -> Iterator[list[str]]:
        """The rules of attributes; the adjacent attributes of one connection form a single rule."""
        by_connection = groupby(
            indicators, lambda indicator: indicator.object_id if indicator.object in CONNECTIONS else None
        )
        for connection_id, group in by_connection:
            if connection_id is None:
                yield from map(self.of, group)
            else:
                parts = list(group)
                yield self._alerts(parts[0], connection(parts))

    def of(self, indicator: Indicator) -> list[str]:
        if indicator.type == OWN:
            message = f"{self._message(indicator)}snort-rule | "
            line = taken_over(indicator.value1, message, self._sid(indicator), self._reference(indicator))
            return [line] if line and len(line.encode()) <= LONGEST_RULE else [_left_out(indicator)]
        maker = self._makers.get(indicator.type)
        return self._alerts(indicator, maker(indicator)) if maker else []

    def _alerts(self, indicator: Indicator, alerts: Sequence[Alert]) -> list[str]:
        message, sid = self._message(indicator), self._sid(indicator)
        end = f"rev:1; priority:{indicator.threat_level}; reference:url,{self._reference(indicator)};) "
        lines = [
            f'alert {head} (msg: "{message}{text}"; {content} {tag} classtype:trojan-activity; sid:{number}; {end}'
            for number, (head, text, content, tag) in enumerate(alerts, sid)
        ]
        return [line for line in lines if len(line) <= LONGEST_RULE] or [_left_out(indicator)]

    def _message(self, indicator: Indicator) -> str:
        return f"MISP e{indicator.event_id} [{in_message(indicator.tags or '')}] "

    def _sid(self, indicator: Indicator) -> int:
        # Ten for each attribute, as in MISP: an attribute may give several rules, and keeps its numbers.
        return self._first_sid + indicator.id * 10 + 1

    def _reference(self, indicator: Indicator) -> str:
        return f"{self._base_url}/events/view/{indicator.event_id}"


def _left_out(indicator: Indicator) -> str:
    return f"# Attribute {indicator.id} ({indicator.type}) was left out: no rule can say its value."
