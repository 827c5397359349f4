"""Users' notification filters (the setting publish_alert_filter): a tree of AND, OR and NOT over an event's
content.

A filter sees only what the person may read: hidden content neither lets a mail through nor keeps it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vardkase.exchange.notification_mails import recipients
from vardkase.exchange.notification_mails.recipients import MailReader, Recipient
from vardkase.exchange.reader_kinds import ATTRIBUTE, READABLE_TAG

type Leaf = tuple[str, str]
"""What is looked at, by MISP's name, and a pattern of SQL's LIKE in lower case."""

type Holds = Callable[[Leaf], bool]


def passing(event_id: int, people: list[Recipient], filters: Mapping[int, Any]) -> set[int]:
    """The ids of people whose filters (by id) let the event pass, including those without a filter."""
    patterns_of: dict[str, set[str]] = {}
    kinds = {person.reader for person in people if filters.get(person.id)}
    for rule in filters.values():
        for name, pattern in leaves(rule):
            patterns_of.setdefault(name, set()).add(pattern)
    held: set[tuple[MailReader, Leaf]] = set()
    for name, patterns in patterns_of.items():
        for reader, pattern in recipients.holding(event_id, kinds, HAS[name], sorted(patterns)):
            held.add((reader, (name, pattern)))

    def lets_pass(person: Recipient) -> bool:
        return allows(filters.get(person.id), lambda leaf: (person.reader, leaf) in held)

    return {person.id for person in people if lets_pass(person)}


def leaves(rule: Any) -> Iterator[Leaf]:
    for part in _parts(rule):
        for name, inner in part.items():
            if name in BOOLEANS:
                yield from leaves(inner)
            elif name in HAS:
                yield from _patterns(name, inner)


def allows(rule: Any, holds: Holds) -> bool:
    """True if a filter lets an event pass that `holds` some conditions; an empty filter passes everything."""
    return not rule or all(_is_true(part, holds) for part in _conditions(rule))


def _is_true(part: tuple[str, Any], holds: Holds) -> bool:
    name, inner = part
    if name not in BOOLEANS:
        return any(holds(leaf) for leaf in _patterns(name, inner))
    answers = [_is_true(operand, holds) for operand in _conditions(inner)]
    if name == "AND":
        return all(answers)
    # NOT of several: none of them may be true.
    return any(answers) if name == "OR" else not any(answers)


def _conditions(rule: Any) -> Iterator[tuple[str, Any]]:
    for part in _parts(rule):
        yield from part.items()


def _parts(rule: Any) -> list[dict[str, Any]]:
    return [part for part in (rule if isinstance(rule, list) else [rule]) if isinstance(part, dict)]


def _patterns(name: str, inner: Any) -> list[Leaf]:
    values = inner if isinstance(inner, list) else [inner]
    # A percent sign stays a wildcard, as in MISP; an underscore, common in values, does not.
    return [(name, str(value).strip().lower().replace("\\", "\\\\").replace("_", "\\_")) for value in values]


def _attribute_condition(column: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM attribute a WHERE a.event_id = e.id AND NOT a.deleted "
        f"AND lower({column}) LIKE p.pattern AND {ATTRIBUTE})"
    )


BOOLEANS = ("AND", "OR", "NOT")
EVENT_TAG = (
    "EXISTS (SELECT 1 FROM event_tag tagged JOIN tag t ON t.id = tagged.tag_id "
    f"WHERE tagged.event_id = e.id AND lower(t.name) LIKE p.pattern AND {READABLE_TAG})"
)
ATTRIBUTE_TAG = (
    "EXISTS (SELECT 1 FROM attribute_tag tagged JOIN tag t ON t.id = tagged.tag_id "
    "JOIN attribute a ON a.id = tagged.attribute_id WHERE tagged.event_id = e.id AND NOT a.deleted "
    f"AND lower(t.name) LIKE p.pattern AND {READABLE_TAG} AND {ATTRIBUTE})"
)
OBJECT = (
    "EXISTS (SELECT 1 FROM object o JOIN attribute a ON a.object_id = o.id WHERE o.event_id = e.id "
    f"AND NOT o.deleted AND NOT a.deleted AND lower(o.name) LIKE p.pattern AND {ATTRIBUTE})"
)
THREAT_LEVEL = (
    "CASE e.threat_level_id WHEN 1 THEN 'high' WHEN 2 THEN 'medium' WHEN 3 THEN 'low' ELSE 'undefined' END"
)
COLUMNS = {
    "Event.analysis": "e.analysis::text",
    "Event.distribution": "e.distribution::text",
    "Event.info": "lower(e.info)",
    "Event.threat_level_id": "e.threat_level_id::text",
    "Event.uuid": "e.uuid::text",
    "Org.id": "own.id::text",
    "Org.name": "lower(own.name)",
    "Org.uuid": "own.uuid::text",
    "Orgc.id": "maker.id::text",
    "Orgc.name": "lower(maker.name)",
    "Orgc.uuid": "maker.uuid::text",
    "ThreatLevel.name": THREAT_LEVEL,
}
ATTRIBUTE_COLUMNS = {
    "Attribute.category": "a.category",
    "Attribute.comment": "a.comment",
    "Attribute.object_relation": "a.object_relation",
    "Attribute.to_ids": "a.to_ids::int::text",
    "Attribute.type": "a.type",
    "Attribute.uuid": "a.uuid::text",
    "Attribute.value": "concat_ws('|', a.value1, a.value2)",
}
HAS: dict[str, str] = {
    **{name: f"{column} LIKE p.pattern" for name, column in COLUMNS.items()},
    **{name: _attribute_condition(column) for name, column in ATTRIBUTE_COLUMNS.items()},
    "EventTag.name": EVENT_TAG,
    "AttributeTag.name": ATTRIBUTE_TAG,
    "Tag.name": f"({EVENT_TAG} OR {ATTRIBUTE_TAG})",
    "Object.name": OBJECT,
}
"""What can be asked, as SQL over event `e`, its organisations `own` and `maker`, reader `r` and pattern `p`."""
