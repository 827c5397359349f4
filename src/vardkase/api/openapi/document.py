"""The OpenAPI document of all endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from vardkase.api.dispatch import Endpoint, declared_permissions
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
            names = [*members_of(declared), *reading.parameters]
            parameters += [_in_query(name) for name in dict.fromkeys(names) if name not in arguments]
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
        return ["get", "post"] if reading.parameters or reading.model or members_of(declared) else ["get"]
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


def _in_query(name: str) -> dict[str, Any]:
    schema = dict(schema_of(name))
    about = {"description": schema.pop("description")} if "description" in schema else {}
    return {"name": name, "in": "query", **about, "schema": schema or {"type": "string"}}


def _body(declared: Endpoint, reading: Reading) -> dict[str, Any] | None:
    mandatory = _names(declared.describes.mandatory) if declared.describes else []
    optional = _names(declared.describes.optional) if declared.describes else []
    names = [*mandatory, *optional, *reading.parameters]
    if not (names or reading.model or reading.file):
        return None
    bare: Schema = {"type": "object", "properties": {name: schema_of(name) for name in names}}
    if mandatory and not (isinstance(declared.describes.mandatory, Mapping) if declared.describes else False):
        bare["required"] = mandatory
    wrapped = {"type": "object", "required": [reading.model], "properties": {reading.model: bare}}
    schema: Schema = {"anyOf": [bare, wrapped]} if reading.model else bare
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    if reading.file:
        part = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        content = {"multipart/form-data": {"schema": part}, "application/octet-stream": {}}
    return {"required": bool(mandatory) and not reading.file, "content": content}


def members_of(declared: Endpoint) -> list[str]:
    about = declared.describes
    return [*_names(about.mandatory), *_names(about.optional)] if about else []


def _names(members: Any) -> list[str]:
    listed = members.values() if isinstance(members, Mapping) else members
    flat = [name for member in listed for name in (member if isinstance(member, list) else [member])]
    return [name for name in flat if isinstance(name, str) and re.fullmatch(r"[\w-]+", name)]


def _responses(declared: Endpoint, reading: Reading) -> dict[str, Any]:
    entity = declared.describes.answers if declared.describes else ""
    answers: dict[str, Any] = {"200": _entity(entity) if entity else _success(reading)}
    if "Redirect" in reading.answers:
        answers["302"] = {"description": "Done; the address in Location shows it."}
    if 204 in reading.statuses:
        answers["204"] = {"description": "There is nothing to tell."}
    for status, (name, _, _) in REFUSALS.items():
        if status in EVERYWHERE or status in reading.statuses or (status == 409 and declared.writes):
            answers[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return answers


def _success(reading: Reading) -> dict[str, Any]:
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
