"""The schemas, errors and security scheme that operations refer to.

What goes out is taken from the structs that write it (`formats.misp_json.structs`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from vardkase.api.attributes.writing import AttributeInput
from vardkase.api.fields import Schema
from vardkase.api.inputs import Body
from vardkase.api.objects.writing import ObjectInput
from vardkase.formats.misp_json import structs

TEXT: Schema = {"type": "string"}
ERROR: Schema = {
    "type": "object",
    "description": "A refusal: what is wrong, and the address that was asked.",
    "required": ["name", "message", "url"],
    "properties": {"name": TEXT, "message": TEXT, "url": TEXT},
}
SAVE_ERROR: Schema = {
    "type": "object",
    "description": "A save that was refused, with the reasons by field. Nothing was changed.",
    "required": ["saved", "name", "message", "url", "errors"],
    "properties": {
        "saved": {"const": False},
        "name": TEXT,
        "message": TEXT,
        "url": TEXT,
        "errors": {"type": ["object", "array", "string"]},
    },
}
SAVED: Schema = {
    "type": "object",
    "description": "It was done.",
    "required": ["saved", "success", "name", "message", "url"],
    "properties": {"saved": {"const": True}, "success": {}, "name": TEXT, "message": TEXT, "url": TEXT},
}
TOGGLED: Schema = {
    "type": "object",
    "description": "A switch: `success` when it was done, `errors` when not; the status is 200 either way.",
    "required": ["saved"],
    "properties": {"saved": {"type": "boolean"}, "success": TEXT, "errors": TEXT, "check_publish": {}},
}
MESSAGE: Schema = {"type": "object", "required": ["message"], "properties": {"message": TEXT}}
WRITTEN: dict[str, tuple[type, ...]] = {
    "Event": (structs.EventHeader,),
    "Attribute": (structs.Attribute, structs.ListedAttribute, structs.SplitAttribute),
    "Object": (structs.Object,),
    "ObjectReference": (structs.ObjectReference,),
    "EventReport": (structs.EventReport,),
    "Tag": (structs.Tag, structs.ListedTag),
}
"""The structs that write each entity; the schema holds the members of all of them."""
JSON_TYPES: dict[type, str] = {
    msgspec.inspect.StrType: "string",
    msgspec.inspect.BoolType: "boolean",
    msgspec.inspect.IntType: "integer",
    msgspec.inspect.NoneType: "null",
}
PARTS = {
    "Event": ("Attribute", "Object", "Tag", "EventReport"),
    "Object": ("Attribute", "ObjectReference"),
    "Attribute": ("Tag",),
}
INPUTS: dict[str, type[Body]] = {"AttributeInput": AttributeInput, "ObjectInput": ObjectInput}
"""Parts of larger documents: what is taken alone is taken inside an event."""
REFUSALS = {
    400: ("BadRequest", "The request cannot be understood.", "Error"),
    401: ("NotYours", "This key may not have it.", "Error"),
    403: ("Refused", "No valid key, no permission, or a save that was refused.", "AnyError"),
    404: ("NotFound", "It is not there, or not for this key to see.", "AnyError"),
    405: ("NotAllowed", "Not with this method, not JSON, or not now.", "AnyError"),
    409: ("Conflict", "Somebody else changed it at the same time, or it is in use.", "Error"),
    411: ("LengthNeeded", "The request has to say how long its body is.", "Error"),
    413: ("TooBig", "The body is too big.", "Error"),
    429: ("TooMany", "Too many failed authentications, or the limit of the role is reached.", "Error"),
}


def components() -> dict[str, Any]:
    fixed = {
        "Error": ERROR,
        "SaveError": SAVE_ERROR,
        "AnyError": {"anyOf": [reference("Error"), reference("SaveError")]},
        "Saved": SAVED,
        "Toggled": TOGGLED,
        "Message": MESSAGE,
    }
    written = {name: _schema_of(name, kinds) for name, kinds in WRITTEN.items()}
    inputs = {name: _input_schema(kind) for name, kind in INPUTS.items()}
    return {
        "schemas": fixed | written | inputs,
        "responses": {
            name: {"description": text, "content": {"application/json": {"schema": reference(schema)}}}
            for name, text, schema in REFUSALS.values()
        },
        "securitySchemes": {
            "key": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "An API key: 40 letters and digits, as auth_keys/add gives it.",
            }
        },
    }


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _schema_of(name: str, kinds: tuple[type, ...]) -> Schema:
    fields = [field for kind in kinds for field in msgspec.structs.fields(kind)]
    plain = {field.encode_name: _type_schema(msgspec.inspect.type_info(field.type)) for field in fields}
    parts = {part: {"type": "array", "items": reference(part)} for part in PARTS.get(name, ())}
    return {"type": "object", "properties": plain | parts}


def _type_schema(kind: msgspec.inspect.Type) -> Schema:
    alternatives = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
    names = [JSON_TYPES.get(type(alternative), "") for alternative in alternatives]
    if not all(names):
        return {}
    return {"type": names[0] if len(names) == 1 else names}


def _input_schema(kind: type[Body]) -> Schema:
    fields = kind.fields()
    return {
        "type": "object",
        "required": [name for name, field in fields.items() if field.is_mandatory],
        "properties": {name: field.kind.schema for name, field in fields.items()},
    }
