"""The parameters of searches, as an endpoint declares them: their names and forms come from the search itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self, get_args

from vardkase.analysis.search.event_index import FILTERS
from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parameters import PARAMETERS, accepted
from vardkase.api import fields
from vardkase.api.fields import ANYTHING, FLAG, Field
from vardkase.api.inputs import Filters, InputField
from vardkase.api.request import Call


def _of(annotated: Any) -> Field:
    return next(mark for mark in get_args(annotated) if isinstance(mark, Field))


KINDS: dict[str, Field] = {
    "returnFormat": _of(fields.ReturnFormat),
    "from": _of(fields.Since),
    "to": _of(fields.Until),
    "last": _of(fields.Last),
    "uuid": _of(fields.Uuid),
    "distribution": _of(fields.Distribution),
    "timestamp": _of(fields.Timestamp),
    "first_seen": _of(fields.Seen),
    "last_seen": _of(fields.Seen),
    "limit": _of(fields.Limit),
    "page": _of(fields.Page),
    "threat_level_id": _of(fields.ThreatLevel),
    "value1": ANYTHING.described("The first part of a composite value, or the value"),
    "value2": ANYTHING.described("The second part of a composite value"),
    "org": ANYTHING.described("The organisation that made it: name, number or uuid; ! excludes"),
    "eventid": ANYTHING.described("Numbers or uuids of events; ! excludes"),
    "tags": ANYTHING.described("One tag, or a list; ! excludes, % is a wildcard"),
    "eventinfo": ANYTHING.described("Words of the event's title; % is a wildcard"),
    "searchall": ANYTHING.described("A text found anywhere in them"),
    "object_relation": ANYTHING.described("What the attribute is in its object"),
    "event_timestamp": ANYTHING.described("Events changed since: seconds since 1970 or 7d; or between two"),
    "publish_timestamp": ANYTHING.described("Published since: seconds since 1970 or 7d; or between two"),
    "attribute_timestamp": ANYTHING.described(
        "Attributes changed since: seconds since 1970 or 7d; or between two"
    ),
    "sharinggroup": ANYTHING.described("Numbers of sharing groups"),
    "sharing_group_id": ANYTHING.described("Numbers of sharing groups"),
    "requested_attributes": ANYTHING.described("The columns of CSV"),
    "decayingModel": ANYTHING.described("Numbers of decaying models, with includeDecayScore"),
    "deleted": _of(fields.DeletedParts),
    "metadata": FLAG.described("Only the header of the event"),
    "extended": FLAG.described("With what extends the event"),
    "withAttachments": FLAG.described("With the files, in Base64"),
    "enforceWarninglist": FLAG.described("Leave out what stands in an enabled warninglist"),
    "headerless": FLAG.described("CSV without its first line"),
    "to_ids": FLAG,
    "published": FLAG,
}
FLAG_NAMES = ("include", "exclude", "no")


def described(names: Iterable[str]) -> Mapping[str, InputField]:
    return {
        name: InputField(
            name,
            KINDS.get(name, FLAG if name.startswith(FLAG_NAMES) else ANYTHING),
            is_required=False,
            is_mandatory=False,
        )
        for name in names
    }


class SearchFields(Filters, kw_only=True):
    """The parameters of restSearch in one scope, without those that it does not know."""

    scope: ClassVar[Scope]

    @classmethod
    def read(cls, call: Call) -> Self:
        # As in MISP, the body of a GET is no search.
        body = call.body if call.method in ("POST", "PUT") and isinstance(call.body, dict) else {}
        return cls(sent={**accepted(cls.scope, call.named), **accepted(cls.scope, body)})

    @classmethod
    def fields(cls) -> Mapping[str, InputField]:
        return described(name for name in PARAMETERS[cls.scope] if "." not in name)


class EventSearch(SearchFields, kw_only=True):
    scope = Scope.EVENTS


class AttributeSearch(SearchFields, kw_only=True):
    scope = Scope.ATTRIBUTES


class ObjectSearch(SearchFields, kw_only=True):
    scope = Scope.OBJECTS


class IndexFilters(Filters, kw_only=True):
    """The filters of events/index; each may also have the prefix `search`."""

    @classmethod
    def fields(cls) -> Mapping[str, InputField]:
        return described(FILTERS)
