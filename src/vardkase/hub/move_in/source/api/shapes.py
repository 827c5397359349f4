"""What answers of a MISP have to look like where this hub takes them apart. MISP is not believed: what does not fit is
refused before anything is written, with the address that gave it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired, Required, TypedDict

import msgspec
from msgspec import Meta

from vardkase.core.errors import InvalidValue
from vardkase.hub.move_in.problems import MoveInProblem

MOST_VALUES = 10_000_000
"""In one answer, which decoded take about 100 bytes each."""

type Id = Annotated[str, Meta(pattern=r"\A[1-9][0-9]{0,17}\Z")] | Annotated[int, Meta(ge=1, lt=10**18)]
type Count = Annotated[str, Meta(pattern=r"\A[0-9]{1,18}\Z")] | Annotated[int, Meta(ge=0, lt=10**18)]
type Several[T] = list[T] | None


class Numbered(TypedDict):
    id: Id


class Tag(Numbered):
    name: str


class ShadowAttribute(Numbered):
    type: str


class Reported(Numbered):
    uuid: str
    Tag: NotRequired[Several[Tag]]


class Attribute(Reported):
    type: str
    category: str
    value: str
    Sighting: NotRequired[Several[Numbered]]
    ShadowAttribute: NotRequired[Several[ShadowAttribute]]


class Object(Numbered):
    uuid: str
    name: str
    Attribute: NotRequired[Several[Attribute]]
    ObjectReference: NotRequired[Several[Numbered]]


class Event(Reported):
    info: str
    org_id: Id
    orgc_id: Id
    Attribute: NotRequired[Several[Attribute]]
    Object: NotRequired[Several[Object]]
    EventReport: NotRequired[Several[Reported]]
    CryptographicKey: NotRequired[Several[Numbered]]
    ShadowAttribute: NotRequired[Several[ShadowAttribute]]


class FoundEvent(TypedDict):
    """An entry of what `events/restSearch` answers."""

    Event: Event


class EventRow(Numbered):
    attribute_count: NotRequired[Count | None]
    EventTag: NotRequired[Several[dict[str, Any]]]


class Beside(TypedDict):
    """A sighting or a proposal, of an event."""

    event_id: Id
    id: NotRequired[Count]
    timestamp: NotRequired[Count]


class Setting(TypedDict):
    setting: str


class Settings(TypedDict):
    finalSettings: list[Setting]


class Version(TypedDict):
    version: str


class Predicate(TypedDict):
    value: str


class Entries(TypedDict):
    predicate: str
    entry: NotRequired[Several[dict[str, Any]]]


class ExportedTaxonomy(TypedDict, total=False):
    predicates: Several[Predicate]
    values: Several[Entries]


class Relation(Numbered):
    Tag: NotRequired[Several[Numbered]]


class Cluster(TypedDict, total=False):
    id: Required[Id]
    GalaxyElement: Several[dict[str, Any]]
    GalaxyClusterRelation: Several[Relation]


def decoded(path: str, content: bytes) -> Any:
    """Raises InvalidValue if it is no JSON, or would take too much memory."""
    if sum(content.count(mark) for mark in (b"{", b"[", b",")) > MOST_VALUES:
        raise odd(path, f"more than {MOST_VALUES:,} values")
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise odd(path, str(error)) from error


def require(path: str, value: Any, shape: Any) -> None:
    """Raise InvalidValue unless it has this shape. What the shape does not name may be anything."""
    try:
        msgspec.convert(value, shape)
    except (msgspec.ValidationError, RecursionError) as error:
        raise odd(path, str(error)) from error


def require_members(path: str, members: Any, needed: Sequence[str], lists: Sequence[str] = ()) -> None:
    """Raise InvalidValue unless these members are there, a number as `id`, and lists of objects where there are any."""
    require(path, members, dict[str, Any])
    for name in needed:
        if members.get(name) in (None, ""):
            raise odd(path, f"an entry has no {name}")
    if "id" in needed:
        require(path, members["id"], Id)
    for name in lists:
        require(path, members.get(name), list[dict[str, Any]] | None)


def odd(path: str, reason: str) -> InvalidValue:
    return InvalidValue(MoveInProblem.MISP_UNREACHABLE(path=path, reason=reason))
