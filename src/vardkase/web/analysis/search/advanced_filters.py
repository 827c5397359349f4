"""Between the form of the advanced search and the parameters of restSearch."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from vardkase.analysis.search.filter_values import terms
from vardkase.analysis.search.filters import Terms
from vardkase.core.errors import Invalid
from vardkase.misp.time import LARGEST

type Filters = dict[str, Any]
type FormData = dict[str, Any]

LATEST = str(LARGEST)
"""The end of a range of time that is open: restSearch has no other way to write one for "last seen since"."""
BY_LINE = ("value",)
BY_COMMA = ("object_relation", "object_name", "eventid", "uuid")
PICKED = ("type", "category", "org", "tags")
"""Names of form and restSearch alike; those with "none of" have a second field, with `_not`."""
PLAIN = {
    "org_sector": "org.sector",
    "org_nationality": "org.nationality",
    "org_local": "org.local",
    "decaying_model": "decayingModel",
    **{name: name for name in ("to_ids", "published", "protected", "score", "sharinggroup")},
}
NUMBERS = ("threat_level_id", "distribution")
FLAGS = {"enforce_warninglist": "enforceWarninglist", "exclude_decayed": "excludeDecayed"}
DELETED: dict[str, Any] = {"both": [0, 1], "only": 1}
RANGES = {"published": "publish_timestamp", "event": "event_timestamp", "changed": "timestamp"}


def filters_of(data: Mapping[str, Any]) -> Filters:
    """The restSearch of a valid form; empty if it has no conditions."""
    found: Filters = {}
    for name in BY_LINE + BY_COMMA + PICKED:
        found[name] = _grouped(
            _items(name, data.get(name)),
            _items(name, data.get(f"{name}_all")),
            _items(name, data.get(f"{name}_not")),
        )
    if data.get("event_tags_only"):
        found["event_tags"] = found.pop("tags")
    for name in ("eventinfo", "searchall"):
        found[name] = _containing(data.get(name, ""))
    for name, parameter in PLAIN.items():
        found[parameter] = _plain(data.get(name))
    for name in NUMBERS:
        found[name] = [int(number) for number in data.get(name, ())]
    for name, parameter in FLAGS.items():
        found[parameter] = 1 if data.get(name) else None
    if data.get("galaxy_key"):
        found[f"galaxy.{data['galaxy_key'].strip()}"] = data.get("galaxy_value")
    found["deleted"] = DELETED.get(data.get("deleted", ""))
    found |= dict(_times(data))
    return {
        **{name: value for name, value in found.items() if value not in (None, "", [])},
        **data.get("more", {}),
    }


def _without_last(filters: Mapping[str, Any]) -> Filters:
    """With `publish_timestamp`, which the form has a field for, instead of `last`, its other name."""
    if "publish_timestamp" in filters:
        return dict(filters)
    return {("publish_timestamp" if name == "last" else name): value for name, value in filters.items()}


def form_data_of(offered: Container[str], filters: Mapping[str, Any]) -> FormData:
    """What a form with the fields `offered` shows for a restSearch; what it has no field for is in `more`."""
    rest = _without_last(filters)
    data: FormData = {}
    if "event_tags" in rest and "tags" not in rest and "event_tags_only" in offered:
        rest["tags"], data["event_tags_only"] = rest.pop("event_tags"), "on"
    for name in BY_LINE + BY_COMMA + PICKED:
        if name in rest and name in offered and (shown := _shown_terms(name, rest[name])) is not None:
            data |= shown
            del rest[name]
    for name, parameter in PLAIN.items():
        if parameter in rest and name in offered and not isinstance(rest[parameter], dict):
            value = rest.pop(parameter)
            data[name] = list(map(str, value)) if isinstance(value, list) else _as_text(value)
    for name in NUMBERS:
        if name in rest and name in offered and not isinstance(rest[name], dict):
            value = rest.pop(name)
            data[name] = list(map(str, value if isinstance(value, list) else [value]))
    for name in ("eventinfo", "searchall"):
        if name in offered and _is_one_text(rest.get(name)):
            text = rest.pop(name)
            data[name] = text[1:-1] if len(text) > 2 and text[0] == text[-1] == "%" else text
    return {
        **data,
        **_shown_rest(offered, rest),
        "more": json.dumps(rest, ensure_ascii=False) if rest else "",
    }


def _shown_rest(offered: Container[str], rest: Filters) -> FormData:
    data: FormData = {}
    for name, parameter in FLAGS.items():
        if name in offered and rest.get(parameter) in (1, True, "1"):
            data[name] = "on"
            del rest[parameter]
    for word, value in DELETED.items():
        if rest.get("deleted") == value:
            data["deleted"] = word
            del rest["deleted"]
    keys = [name for name in rest if name.startswith("galaxy.")]
    if len(keys) == 1 and isinstance(rest[keys[0]], str):
        data |= {"galaxy_key": keys[0].removeprefix("galaxy."), "galaxy_value": rest.pop(keys[0])}
    return data | _shown_times(offered, rest)


def _is_one_text(value: Any) -> bool:
    return isinstance(value, str) and not value.startswith("!") and "&&" not in value and "||" not in value


def _items(name: str, value: Any) -> list[str]:
    if isinstance(value, str):
        value = value.splitlines() if name in BY_LINE else value.split(",")
    return [item.strip() for item in value or () if item.strip()]


def _grouped(any_of: list[str], all_of: list[str], none_of: list[str]) -> Any:
    # In a list, an exclamation mark would exclude.
    if not all_of and not none_of and not any(item.startswith("!") for item in any_of):
        return any_of
    groups = {"OR": any_of, "AND": all_of, "NOT": none_of}
    return {name: items for name, items in groups.items() if items} or None


def _containing(text: str) -> str:
    text = text.strip()
    return text if not text or text.startswith("%") or text.endswith("%") else f"%{text}%"


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _times(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "from", data.get("date_from", "").strip()
    yield "to", data.get("date_until", "").strip()
    for name, parameter in RANGES.items():
        start, end = _bounds(data, name)
        yield parameter, [start or "0", end] if end else start
    start, end = _bounds(data, "first_seen")
    yield "first_seen", [start or "0", end] if end else start
    start, end = _bounds(data, "last_seen")
    yield "last_seen", [start, end or LATEST] if start else end


def _bounds(data: Mapping[str, Any], name: str) -> tuple[str, str]:
    return data.get(f"{name}_from", "").strip(), data.get(f"{name}_until", "").strip()


def _shown_terms(name: str, value: Any) -> FormData | None:
    """The fields for one parameter; None if the form has none for such a value."""
    try:
        found = terms(value) or Terms()
    except Invalid:
        return None
    groups = {"": found.any_of, "_all": found.all_of, "_not": found.none_of}
    if name != "tags":
        groups["_all"], groups[""] = (), found.wanted
    offered = {"", "_all", "_not"} if name == "tags" else {""} if name in BY_COMMA else {"", "_not"}
    if any(items and suffix not in offered for suffix, items in groups.items()):
        return None
    return {f"{name}{suffix}": _joined(name, items) for suffix, items in groups.items() if items}


def _joined(name: str, items: Sequence[str]) -> Any:
    return "\n".join(items) if name in BY_LINE else ", ".join(items) if name in BY_COMMA else list(items)


def _shown_times(offered: Container[str], rest: Filters) -> FormData:
    data: FormData = {}
    for name, parameter in (("date_from", "from"), ("date_until", "to")):
        if isinstance(rest.get(parameter), str | int):
            data[name] = str(rest.pop(parameter))
    for name, parameter in {**RANGES, "first_seen": "first_seen", "last_seen": "last_seen"}.items():
        value = rest.get(parameter)
        if f"{name}_from" not in offered:
            continue
        if isinstance(value, list) and len(value) == 2:
            start, end = map(str, rest.pop(parameter))
            data[f"{name}_from"] = "" if start == "0" else start
            data[f"{name}_until"] = "" if end == LATEST else end
        elif isinstance(value, str | int) and not isinstance(value, bool):
            data[f"{name}_until" if name == "last_seen" else f"{name}_from"] = str(rest.pop(parameter))
    return data


def _as_text(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
