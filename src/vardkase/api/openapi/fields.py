"""Allowed values of fields in MISP bodies and parameters: one vocabulary for all endpoints.

MISP takes numbers and flags in several spellings, and so do we; what is said here is what is understood.
"""

from __future__ import annotations

from typing import Any

from vardkase.formats.registry import FORMATS

type Schema = dict[str, Any]

NUMBER: Schema = {"type": ["integer", "string"]}
FLAG: Schema = {"type": ["boolean", "integer", "string"], "description": "true or false, 1 or 0"}
TEXT: Schema = {"type": "string"}
NAMES: Schema = {"type": ["array", "string", "null"]}
DISTRIBUTION = NUMBER | {
    "description": "0: your organisation only, 1: this community, 2: connected communities, 3: all communities, "
    "4: a sharing group, 5: as the event (not for events)"
}

MEANINGS: dict[str, Schema] = {
    "uuid": TEXT | {"format": "uuid"},
    "distribution": DISTRIBUTION,
    "sharing_group_id": NUMBER | {"description": "The sharing group, with distribution 4"},
    "threat_level_id": NUMBER | {"description": "1: high, 2: medium, 3: low, 4: undefined"},
    "analysis": NUMBER | {"description": "0: initial, 1: ongoing, 2: completed"},
    "timestamp": NUMBER | {"description": "Seconds since 1970"},
    "date": TEXT | {"description": "A day, as in 2026-11-25"},
    "first_seen": TEXT | {"description": "ISO 8601 with microseconds, or seconds since 1970"},
    "last_seen": TEXT | {"description": "ISO 8601 with microseconds, or seconds since 1970"},
    "value": TEXT | {"description": "Its form depends on the type; composite types join two values by |"},
    "data": TEXT | {"description": "A file, in Base64"},
    "colour": TEXT | {"description": "As in #ff8800"},
    "limit": NUMBER | {"description": "How many at most"},
    "page": NUMBER | {"description": "Which page, from 1; with limit"},
    "hard": FLAG | {"description": "For good, not only marked as deleted"},
    "local": FLAG | {"description": "Only on this instance, never handed on"},
    "deleted": {
        "type": ["boolean", "integer", "string", "array"],
        "description": "1: deleted parts too, 2: alone",
    },
    "searchall": TEXT | {"description": "A text found anywhere in them"},
    "metadata": FLAG | {"description": "Only the header of the event"},
    "extended": FLAG | {"description": "With what extends the event"},
    "breakOnDuplicate": FLAG | {"description": "Refuse what the event already has"},
    "returnFormat": TEXT | {"description": f"{', '.join(FORMATS)}; of objects json alone", "default": "json"},
    "value1": TEXT | {"description": "The first part of a composite value, or the value"},
    "value2": TEXT | {"description": "The second part of a composite value"},
    "org": {"description": "The organisation that made it: name, number or uuid; ! excludes"},
    "from": {"description": "Not before this day, these seconds since 1970, or this long ago: 7d, 12h, 30m"},
    "to": {"description": "Not after, written as from"},
    "last": {"description": "Published this long ago at most (7d, 12h, 30m), or between two such"},
    "eventid": {"description": "Numbers or uuids of events; ! excludes"},
    "withAttachments": FLAG | {"description": "With the files, in Base64"},
    "event_timestamp": {"description": "Events changed since: seconds since 1970 or 7d; or between two"},
    "publish_timestamp": {"description": "Published since: seconds since 1970 or 7d; or between two"},
    "attribute_timestamp": {
        "description": "Attributes changed since: seconds since 1970 or 7d; or between two"
    },
    "enforceWarninglist": FLAG | {"description": "Leave out what stands in an enabled warninglist"},
    "requested_attributes": {"description": "The columns of CSV"},
    "headerless": FLAG | {"description": "CSV without its first line"},
    "object_relation": TEXT | {"description": "What the attribute is in its object"},
    "decayingModel": {"description": "Numbers of decaying models, with includeDecayScore"},
    "eventinfo": TEXT | {"description": "Words of the event's title; % is a wildcard"},
    "sharinggroup": {"description": "Numbers of sharing groups"},
    "tags": {
        "type": ["string", "array", "object"],
        "description": "One tag, or a list; ! excludes, % is a wildcard",
    },
    "allowed_ips": NAMES | {"description": "Addresses and networks the key may be used from"},
    "expiration": {
        "type": ["string", "integer", "null"],
        "description": "A day, or seconds since 1970; 0: never",
    },
    "email": TEXT | {"format": "email"},
    "Attribute": {"type": "array", "items": {"$ref": "#/components/schemas/AttributeInput"}},
    "Object": {"type": "array", "items": {"$ref": "#/components/schemas/ObjectInput"}},
    "Tag": {"type": "array", "items": {"type": ["object", "string"]}},
    "EventReport": {"type": "array", "items": {"type": "object"}},
    "ObjectReference": {"type": "array", "items": {"type": "object"}},
}
FLAGS = frozenset(
    (
        "to_ids",
        "deleted",
        "disable_correlation",
        "published",
        "locked",
        "exportable",
        "hide_tag",
        "local_only",
        "enabled",
        "active",
        "roaming",
        "read_only",
        "disabled",
        "autoalert",
        "contactalert",
        "termsaccepted",
        "change_pw",
        "encrypt",
        "force",
        "minimal",
        "all_orgs",
    )
)
TEXTS = frozenset(
    (
        "info",
        "comment",
        "name",
        "description",
        "content",
        "type",
        "category",
        "message",
        "releasability",
        "text",
    )
)


def schema_of(name: str) -> Schema:
    """The schema of the member or parameter `name`; allows any value if nothing is known of it."""
    if name in MEANINGS:
        return MEANINGS[name]
    if name in FLAGS or (
        name.startswith(("perm_", "include", "exclude", "no")) and name not in ("notes", "note")
    ):
        return FLAG
    if name.endswith("_id") or name == "id":
        return NUMBER | {"description": "A number or a uuid"}
    return TEXT if name in TEXTS else {}
