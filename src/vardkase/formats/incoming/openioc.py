"""OpenIOC 1.0 and 1.1 as MISP attributes. Runs inside a sandbox process.

Alternatives become single values. Conditions that must hold together become a composite value if MISP has one, and
otherwise single values that are not for detection: one of them alone is no indicator.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.formats.incoming.openioc_terms import PAIRS, TYPES
from vardkase.formats.incoming.xml_elements import Element, root_of
from vardkase.formats.problems import ImportProblem
from vardkase.misp.types import network_of

ROOTS = ("ioc", "OpenIOC")
EQUAL = ("", "is")
NEGATED = ("isnot", "containsnot")
DESTINATION = "routeentryitem/destination"
ONLY_TOGETHER = "holds only together with others"


class OpeniocItem(NamedTuple):
    """One condition: the `value` that `term` is compared with by `condition` ("is", "contains", …)."""

    id: str
    term: str
    value: str
    condition: str
    comment: str

    @property
    def key(self) -> str:
        return self.term.lower()


class UnsupportedTerm(NamedTuple):
    """An item that has no counterpart in MISP's types, and why."""

    id: str
    why: Problem


type Converted = dict[str, Any] | UnsupportedTerm


def read_openioc(document: bytes) -> dict[str, list[Any]]:
    """`attributes` (MISP documents) and `unsupported` items (``id``, ``why``); raises Invalid."""
    root = root_of(document)
    if root.name not in ROOTS:
        raise Invalid(ImportProblem.NOT_OPENIOC())
    # OpenIOC 1.0 has its metadata in the root and a `definition`; 1.1 has `metadata` and `criteria`.
    attributes: list[dict[str, Any]] = list(_metadata(root.child("metadata") or root))
    unsupported: list[dict[str, Any]] = []
    definition = root.child("criteria") or root.child("definition")
    for indicator in definition.children if definition else ():
        for converted in _of_indicator(indicator, together=False):
            if isinstance(converted, UnsupportedTerm):
                unsupported.append({"id": converted.id, "why": converted.why.as_json()})
            else:
                attributes.append(converted)
    return {"attributes": attributes, "unsupported": unsupported}


def _metadata(head: Element) -> Iterator[dict[str, Any]]:
    for name in ("short_description", "description", "authored_by"):
        if text := head.text_of(name):
            yield {"type": "comment", "category": "Other", "value": text, "comment": f"OpenIOC {name}"}
    links = head.child("links")
    for link in links.children if links else ():
        address = link.attributes.get("href") or link.text.strip()
        if address.startswith(("http://", "https://")):
            comment = " ".join(filter(None, ("OpenIOC link", link.attributes.get("rel"))))
            yield {"type": "link", "category": "External analysis", "value": address, "comment": comment}


def _of_indicator(indicator: Element, *, together: bool) -> Iterator[Converted]:
    if indicator.name == "IndicatorItem":
        yield _of_item(indicator, together=together)
        return
    branches = [child for child in indicator.children if child.name in ("Indicator", "IndicatorItem")]
    if indicator.attributes.get("operator", "OR").upper() == "AND" and len(branches) > 1:
        if pair := _of_pair(branches, together=together):
            yield pair
            return
        together = True
    for branch in branches:
        yield from _of_indicator(branch, together=together)


def _of_pair(branches: list[Element], *, together: bool) -> dict[str, Any] | None:
    if len(branches) != 2 or any(branch.name == "Indicator" for branch in branches):
        return None
    # The two may stand in either order; the composite type has only one.
    one, other = map(_parsed_item, branches)
    for first, second in ((one, other), (other, one)):
        if not isinstance(first, OpeniocItem) or not isinstance(second, OpeniocItem):
            return None
        if type := PAIRS.get((first.key, second.key)):
            exact = first.condition in EQUAL and second.condition in EQUAL
            value = f"{first.value}|{second.value}"
            return _attribute(type, value, [first, second], detects=exact and not together)
    return None


def _of_item(element: Element, *, together: bool) -> Converted:
    item = _parsed_item(element)
    if isinstance(item, UnsupportedTerm):
        return item
    type, value = _typed(item)
    if not type:
        return UnsupportedTerm(
            item.id, ImportProblem.NO_TYPE_FOR_TERM(term=item.term, value=item.value[:200])
        )
    exact = item.condition in EQUAL and not together
    return _attribute(type, value, [item], detects=exact, note=ONLY_TOGETHER if together else "")


def _parsed_item(element: Element) -> OpeniocItem | UnsupportedTerm:
    context = element.child("Context")
    item = OpeniocItem(
        element.attributes.get("id", ""),
        context.attributes.get("search", "").strip() if context else "",
        element.text_of("Content"),
        element.attributes.get("condition", "").strip().lower(),
        element.text_of("Comment"),
    )
    if not item.term or not item.value:
        return UnsupportedTerm(item.id, ImportProblem.NO_TERM())
    # "Is not" has no counterpart in MISP: an attribute says only what was seen.
    if item.condition in NEGATED or element.attributes.get("negate", "").lower() == "true":
        return UnsupportedTerm(item.id, ImportProblem.NEGATED_TERM(term=item.term, value=item.value[:200]))
    return item


def _typed(item: OpeniocItem) -> tuple[str, str]:
    # Some terms are used with the type of their value behind them.
    type = TYPES.get(item.key, "") or TYPES.get(item.key.removesuffix("/string").removesuffix("/ip"), "")
    if item.key.startswith(DESTINATION) and network_of("ip-dst", item.value.partition(":")[0], None) is None:
        return ("ip-dst" if network_of("ip-dst", item.value, None) else "hostname"), item.value
    # One colon is a port: an IPv6 address has two at least.
    if type in ("ip-src", "ip-dst") and item.value.count(":") == 1:
        return f"{type}|port", item.value.replace(":", "|")
    return type, item.value


def _attribute(
    type: str, value: str, items: list[OpeniocItem], *, detects: bool, note: str = ""
) -> dict[str, Any]:
    terms = " + ".join(f"{item.term} {item.condition}".strip() for item in items)
    comments = [f"OpenIOC {terms}", note, *(item.comment for item in items)]
    attribute: dict[str, Any] = {"type": type, "value": value, "comment": ". ".join(filter(None, comments))}
    return attribute if detects else {**attribute, "to_ids": False}
