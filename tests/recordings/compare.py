"""Differences between an answer and its recording, ignoring ids and times and what stands for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.recordings.names import NUMBER, UUID, Names

CUT = re.compile(r"\.\.\. \d+ more.*", re.DOTALL)
"""The placeholder for elements or characters that a recording leaves out."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?|1[78]\d{8}")
ZIP = "UEsDB"


@dataclass(frozen=True, slots=True)
class Difference:
    """`place` in the answer (`Event.Attribute.#.value`), the `kind` of difference, and `what` it is exactly."""

    place: str
    kind: str
    what: str


def differences(names: Names, recorded: Any, own: Any, place: str = "") -> Iterator[Difference]:
    """Every difference of two decoded answers."""
    if isinstance(recorded, dict) and isinstance(own, dict):
        yield from _members(names, recorded, own, place)
    elif isinstance(recorded, list) and isinstance(own, list):
        yield from _elements(names, recorded, own, place)
    elif type(recorded) is not type(own):
        yield Difference(place, "type", f"{_brief(recorded)} -> {_brief(own)}")
    elif isinstance(recorded, str):
        if not _same_text(names, recorded, own, place.rpartition(".")[2]):
            yield Difference(place, "value", f"{_brief(recorded)} -> {_brief(own)}")
    elif not place.rpartition(".")[2].endswith("id") and not _same_number(recorded, own):
        yield Difference(place, "value", f"{recorded!r} -> {own!r}")


def _members(names: Names, recorded: dict[str, Any], own: dict[str, Any], place: str) -> Iterator[Difference]:
    cut = any(key.startswith("...") for key in recorded)
    theirs = {names.text(key): value for key, value in recorded.items() if not key.startswith("...")}
    if theirs and all(key.isdigit() for key in [*theirs, *own]):
        yield from _elements(names, list(theirs.values()), list(own.values()), place)
        return
    yield from (Difference(_join(place, key), "lacks", "") for key in sorted(theirs.keys() - own.keys()))
    if not cut:
        yield from (Difference(_join(place, key), "also", "") for key in sorted(own.keys() - theirs.keys()))
    for key, value in theirs.items():
        if key in own:
            yield from differences(names, value, own[key], _join(place, key))


def _elements(names: Names, recorded: list[Any], own: list[Any], place: str) -> Iterator[Difference]:
    """Element by element when there are as many; otherwise only the first, for its shape."""
    cut = bool(recorded) and isinstance(recorded[-1], str) and CUT.fullmatch(recorded[-1])
    theirs = recorded[:-1] if cut else recorded
    if len(theirs) > len(own) or (len(theirs) < len(own) and not cut):
        yield Difference(place, "length", f"{len(theirs)} -> {len(own)}")
        theirs = theirs[:1]
    for one, other in zip(theirs, own, strict=False):
        yield from differences(names, one, other, _join(place, "#"))


def _same_text(names: Names, recorded: str, own: str, member: str) -> bool:
    if member == "id" or (member.endswith("_id") and member != "threat_level_id"):
        return (recorded in ("", "0")) == (own in ("", "0"))
    if recorded.startswith(ZIP):
        return own.startswith(ZIP)
    theirs, ours = _plain(names.text(recorded)), _plain(own)
    if cut := CUT.search(recorded):
        begin = _plain(names.text(recorded[: cut.start()]))
        return ours.startswith(begin)
    return theirs == ours


def _plain(text: str) -> str:
    """With times and uuids made equal; in more than a mere number also the numbers, which may be ids."""
    timeless = _timeless(text)
    return timeless if timeless.strip("-").replace(".", "").isdigit() else NUMBER.sub("#", timeless)


def _timeless(text: str) -> str:
    """Uuids first: the digits of one may look like a time."""
    return MOMENT.sub("<moment>", UUID.sub("<uuid>", text))


def _same_number(recorded: Any, own: Any) -> bool:
    if MOMENT.fullmatch(str(recorded)) and MOMENT.fullmatch(str(own)):
        return True
    return bool(recorded == own)


def _join(place: str, key: str) -> str:
    key = _timeless(key)
    return f"{place}.{key}" if place else key


def _brief(value: Any) -> str:
    return repr(value)[:300]
