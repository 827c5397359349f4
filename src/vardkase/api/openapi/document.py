"""The OpenAPI document of all endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

import msgspec

from vardkase.api.answers import Json, Message, Redirect, Saved, Stream, Text, Toggled
from vardkase.api.dispatch import Endpoint, declared_permissions
from vardkase.api.inputs import Body, Input, JsonArray, JsonObject, Upload
from vardkase.api.openapi.components import REFUSALS, WRITTEN, components, reference
from vardkase.api.openapi.fields import Schema, schema_of
from vardkase.api.openapi.reading import Argument, Reading, Shape, reading_of
from vardkase.api.request import plain
from vardkase.misp.version import MISP_VERSION

UNDERSCORED = frozenset(
    (
        "add_attachment",
        "upload_stix",
        "upload_sample",
        "change_pw",
        "set_default",
        "wipe_default",
        "export_for_misp_galaxy",
        "taxonomy_tags",
        "get_row",
        "revise_object",
        "upload_analysis_file",
        "add_misp_export",
        "email_otp",
        "totp_delete",
    )
)
"""Actions that MISP itself spells with underscores; all others are in camel case."""
BRACKETS = re.compile(r"\[([\w|]+)\]")
"""An argument in an address: ``[event_id]``, or the words it may be, ``[add|edit]``."""
PLACES = ("id", "second", "third", "fourth")
DELETED = ("id", "hard")
EVERYWHERE = frozenset((400, 403, 404, 405, 413, 429))
"""What any request may meet before its endpoint does."""
SCHEMAS: dict[type, Schema] = {
    Saved: reference("Saved"),
    Message: reference("Message"),
    Toggled: reference("Toggled"),
}
SIMPLE = {"saved": "Saved", "message": "Message", "toggled": "Toggled", "not_toggled": "Toggled"}
INTRODUCTION = (
    "Everything that this hub answers over HTTP. Requests, answers, status codes and messages are those of MISP's "
    "API, so that its clients work unchanged. Arguments stand in the path; parameters may be sent in the query, in "
    "the path as `name:value`, or in the body. Ids are numbers or uuids. The key stands in the header Authorization. "
    "A body is JSON or XML and says so in Content-Type: without it, curl sends a form."
)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document, built once: no endpoint is registered after startup."""
    paths: dict[str, dict[str, Any]] = {}
    for declared in declared_permissions():
        for path, arguments in _paths(declared):
            paths[path] = dict(_operations(declared, path, arguments))
    tags = sorted({tag_of(declared.name) for declared in declared_permissions()})
    return {
        "openapi": "3.1.0",
        "info": {"title": "Vårdkase", "version": MISP_VERSION, "description": INTRODUCTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in tags],
        "security": [{"key": []}],
        "paths": paths,
        "components": components(),
    }


def tag_of(name: str) -> str:
    return camel(name.removeprefix("admin/").partition("/")[0])


def address_of(name: str) -> str:
    """An endpoint's path in MISP's spelling, without arguments."""
    controller, _, action = name.rpartition("/")
    return f"/{camel(controller)}/{action if action in UNDERSCORED else camel(action)}"


def camel(word: str) -> str:
    """``event_reports`` as ``eventReports``."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), word)


def _paths(declared: Endpoint) -> Iterator[tuple[str, list[str]]]:
    arguments = _arguments(declared)
    address = address_of(declared.name)
    needed = [name for name, argument in arguments if argument.required]
    names = [name for name, _ in arguments]
    for chosen in (needed, names) if needed != names else (names,):
        yield "/".join([address, *(f"{{{name}}}" for name in chosen)]), chosen


def _arguments(declared: Endpoint) -> list[tuple[str, Argument]]:
    if declared.inputs.path:
        return [
            (name.rstrip("_"), Argument(position, name, required))
            for position, (name, required) in enumerate(declared.inputs.path.items())
        ]
    reading = reading_of(declared.handler)
    names = [
        name.replace("|", "_or_")
        for name in BRACKETS.findall(declared.describes.url if declared.describes else "")
    ]
    places = DELETED if declared.name.endswith("/delete") else PLACES
    named: dict[str, Argument] = {}
    for position in range(max([*reading.arguments, len(names) - 1], default=-1) + 1):
        argument = reading.arguments.get(position) or Argument(position, "", required=False)
        spare = places[position] if position < len(places) else f"argument_{position + 1}"
        name = names[position] if position < len(names) else argument.name or spare
        named[name if name not in named else f"{name}_{position + 1}"] = argument
    return list(named.items())


def _operations(declared: Endpoint, path: str, arguments: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    reading = reading_of(declared.handler)
    for method in _methods(declared, reading):
        operation: dict[str, Any] = {
            "operationId": f"{method}{re.sub(r'[^A-Za-z0-9]+', '_', path)}".rstrip("_"),
            "tags": [tag_of(declared.name)],
            "summary": summary_of(declared),
            "x-requires": requirements(declared),
            "responses": _responses(declared, reading),
        }
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            for name in arguments
        ]
        body = _body(declared, reading)
        if method == "get":
            names = _described(declared) | dict.fromkeys(members_of(declared), None)
            parameters += [_in_query(name, names[name]) for name in names if name not in arguments]
        elif body:
            operation["requestBody"] = body
        if parameters:
            operation["parameters"] = parameters
        if declared.public:
            operation["security"] = []
        yield method, operation


def _methods(declared: Endpoint, reading: Reading) -> list[str]:
    action = plain(declared.name.rpartition("/")[2])
    if not declared.writes and declared.allows("GET"):
        return ["get", "post"] if reading.model or declared.inputs.read or members_of(declared) else ["get"]
    usual = {"edit": ["post", "put"], "delete": ["post", "delete"]}.get(action, ["post"])
    return [method for method in usual if declared.allows(method.upper())]


def summary_of(declared: Endpoint) -> str:
    """The first paragraph of the function's docstring, else the text of its `Description`, else the action's
    name in words."""
    documented = (declared.handler.__doc__ or "").strip().partition("\n\n")[0]
    text = declared.describes.text if declared.describes else ""
    return " ".join((documented or text or words_of(declared.name)).split()).rstrip(".")


def words_of(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_|/", " ", name).lower().capitalize()


def requirements(declared: Endpoint) -> list[str]:
    needed = [permission.value for permission in declared.requires]
    if declared.requires_any:
        needed.append(" or ".join(permission.value for permission in declared.requires_any))
    if declared.site_admin:
        needed.append("site administrator")
    return [*needed, *(["a key that may write"] if declared.writes and not declared.public else [])]


def _described(declared: Endpoint) -> dict[str, Schema | None]:
    """Schemas of the declared parameters and members, by name."""
    return {
        name: field.kind.schema
        for kind in declared.inputs.read.values()
        if issubclass(kind, Input)
        for name, field in kind.fields().items()
    }


def _in_query(name: str, declared: Schema | None = None) -> dict[str, Any]:
    schema = dict(schema_of(name) if declared is None else declared)
    about = {"description": schema.pop("description")} if "description" in schema else {}
    return {"name": name, "in": "query", **about, "schema": schema or {"type": "string"}}


def _body(declared: Endpoint, reading: Reading) -> dict[str, Any] | None:
    inputs = declared.inputs
    if inputs.first(Upload):
        part = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        content: dict[str, Any] = {"multipart/form-data": {"schema": part}, "application/octet-stream": {}}
        return {"required": False, "content": content}
    if inputs.first(JsonArray) and not inputs.first(Input):
        return {"required": False, "content": {"application/json": {"schema": {"type": "array"}}}}
    schemas = dict.fromkeys(members_of(declared), None) | _described(declared)
    schemas |= dict.fromkeys(reading.parameters, None) if not inputs.read else {}
    model = model_of(declared)
    if not (schemas or model or reading.file):
        return (
            {"required": False, "content": {"application/json": {"schema": {"type": "object"}}}}
            if inputs.first(JsonObject)
            else None
        )
    bare: Schema = {
        "type": "object",
        "properties": {
            name: schema_of(name) if schema is None else schema for name, schema in schemas.items()
        },
    }
    mandatory = declared.fields_of_description()[0]
    if mandatory and not isinstance(mandatory, Mapping):
        bare["required"] = list(mandatory)
    wrapped = {"type": "object", "required": [model], "properties": {model: bare}}
    schema: Schema = {"anyOf": [bare, wrapped]} if model else bare
    content = {"application/json": {"schema": schema}}
    if reading.file:
        part = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        content = {"multipart/form-data": {"schema": part}, "application/octet-stream": {}}
    return {"required": bool(mandatory) and not reading.file, "content": content}


def members_of(declared: Endpoint) -> list[str]:
    """Names of everything that a body or a query may hold."""
    mandatory, optional = declared.fields_of_description()
    reading = reading_of(declared.handler) if not declared.inputs.read else Reading()
    return list(
        dict.fromkeys([*_names(mandatory), *_names(optional), *_described(declared), *reading.parameters])
    )


def model_of(declared: Endpoint) -> str:
    """The name that may wrap the body ("Event"); empty if none does."""
    if declared.inputs.read:
        body = declared.inputs.first(Body)
        return body.model if body else ""
    return reading_of(declared.handler).model


def _names(members: Any) -> list[str]:
    listed = members.values() if isinstance(members, Mapping) else members
    flat = [name for member in listed for name in (member if isinstance(member, list) else [member])]
    return [name for name in flat if isinstance(name, str) and re.fullmatch(r"[\w-]+", name)]


def _responses(declared: Endpoint, reading: Reading) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "200": _entity(declared.answers) if declared.answers else _success(declared, reading)
    }
    if Redirect in _answers(declared) or "Redirect" in reading.answers:
        answers["302"] = {"description": "Done; the address in Location shows it."}
    answers["204"] = {"description": "There is nothing to tell."}
    for status, (name, _, _) in REFUSALS.items():
        if status != 409 or declared.writes:
            answers[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return answers


def _answers(declared: Endpoint) -> list[type]:
    """The kinds of answers in the handler's annotation; none if it is as wide as `Answer`."""
    annotation = declared.inputs.answers
    kinds = get_args(annotation) or (annotation,)
    return [kind for kind in kinds if isinstance(kind, type)]


def _success(declared: Endpoint, reading: Reading) -> dict[str, Any]:
    kinds = _answers(declared)
    if not kinds:
        return _read_success(reading)
    schemas = [SCHEMAS[kind] for kind in kinds if kind in SCHEMAS]
    is_any = not schemas or bool({Json, Stream, Text} & set(kinds))
    schema: Schema = {} if is_any else schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    content: dict[str, Any] = {"application/json": {"schema": schema} if schema else {}}
    if {Stream, Text} & set(kinds):
        content["*/*"] = {}
    return {"description": "Done.", "content": content}


def _read_success(reading: Reading) -> dict[str, Any]:
    kinds = [
        reference(name)
        for name in dict.fromkeys(SIMPLE[answer] for answer in sorted(reading.answers & set(SIMPLE)))
    ]
    kinds += [described for shape in reading.shapes if (described := _schema(shape)) not in kinds]
    streamed = reading.answers & {"Stream", "Text"}
    schema: Schema = (
        {} if streamed or {} in kinds or not kinds else kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    )
    content: dict[str, Any] = {"application/json": {"schema": schema} if schema else {}}
    if streamed:
        content["*/*"] = {}
    return {"description": "Done.", "content": content}


def _entity(answers: str) -> dict[str, Any]:
    name = answers.strip("[]")
    one = reference(name) if name in WRITTEN else {"type": "object"}
    schema: Schema = {"type": "object", "required": [name], "properties": {name: one}}
    if answers.startswith("["):
        schema = {"type": "array", "items": schema}
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


def _schema(shape: Shape, name: str = "") -> Schema:
    if shape is None and name in WRITTEN:
        return {"anyOf": [reference(name), {"type": "array", "items": reference(name)}]}
    match shape:
        case dict():
            members = {member: _schema(inner, member) for member, inner in shape.items()}
            return {"type": "object", "properties": members} if members else {}
        case list():
            inner = _schema(shape[0])
            return {"type": "array", "items": inner} if inner else {"type": "array"}
        case str():
            return {"type": shape}
    return {}


@cache
def encoded() -> bytes:
    """The document as encoded JSON."""
    return msgspec.json.encode(document())
