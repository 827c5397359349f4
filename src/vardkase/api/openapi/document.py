"""The OpenAPI document of all endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from vardkase.api.answers import Json, Message, Redirect, Saved, Stream, Text, Toggled
from vardkase.api.dispatch import Endpoint, declared_permissions
from vardkase.api.fields import Schema
from vardkase.api.inputs import Body, Input, JsonArray, JsonObject, Upload
from vardkase.api.openapi.components import REFUSALS, WRITTEN, components, reference
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
SCHEMAS: dict[type, Schema] = {
    Saved: reference("Saved"),
    Message: reference("Message"),
    Toggled: reference("Toggled"),
}
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
    """The address with its mandatory arguments alone, and with all of them."""
    address = address_of(declared.name)
    needed = [name for name, is_mandatory in declared.inputs.path.items() if is_mandatory]
    names = list(declared.inputs.path)
    for chosen in (needed, names) if needed != names else (names,):
        shown = [name.rstrip("_") for name in chosen]
        yield "/".join([address, *(f"{{{name}}}" for name in shown)]), shown


def _operations(declared: Endpoint, path: str, arguments: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    schemas = _schemas(declared)
    for method in _methods(declared):
        operation: dict[str, Any] = {
            "operationId": f"{method}{re.sub(r'[^A-Za-z0-9]+', '_', path)}".rstrip("_"),
            "tags": [tag_of(declared.name)],
            "summary": summary_of(declared),
            "x-requires": requirements(declared),
            "responses": _responses(declared),
        }
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            for name in arguments
        ]
        if method == "get":
            parameters += [
                _in_query(name, schema) for name, schema in schemas.items() if name not in arguments
            ]
        elif body := _body(declared, schemas):
            operation["requestBody"] = body
        if parameters:
            operation["parameters"] = parameters
        if declared.public:
            operation["security"] = []
        yield method, operation


def _methods(declared: Endpoint) -> list[str]:
    action = plain(declared.name.rpartition("/")[2])
    if not declared.writes and declared.allows("GET"):
        return ["get", "post"] if declared.inputs.read else ["get"]
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


def _schemas(declared: Endpoint) -> dict[str, Schema]:
    """Schemas of the declared parameters and members, by name."""
    return {
        name: field.kind.schema
        for kind in declared.inputs.read.values()
        if issubclass(kind, Input)
        for name, field in kind.fields().items()
    }


def _in_query(name: str, declared: Schema) -> dict[str, Any]:
    schema = dict(declared)
    about = {"description": schema.pop("description")} if "description" in schema else {}
    return {"name": name, "in": "query", **about, "schema": schema or {"type": "string"}}


def _body(declared: Endpoint, schemas: dict[str, Schema]) -> dict[str, Any] | None:
    inputs = declared.inputs
    if inputs.first(Upload):
        part = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        content = {"multipart/form-data": {"schema": part}, "application/octet-stream": {}}
        return {"required": False, "content": content}
    mandatory = declared.fields_of_description()[0]
    # A description in words of MISP's, such as {"OR": ["values", "id"]}, is no list of members.
    required = [name for name in mandatory if name in schemas] if isinstance(mandatory, list) else []
    bare: Schema = {"type": "object", "properties": schemas} | ({"required": required} if required else {})
    forms = [bare] if schemas or inputs.first(JsonObject) else []
    if model := model_of(declared):
        forms.append({"type": "object", "required": [model], "properties": {model: bare}})
    if inputs.first(JsonArray):
        forms.append({"type": "array"})
    if not forms:
        return None
    schema = forms[0] if len(forms) == 1 else {"anyOf": forms}
    return {"required": bool(required), "content": {"application/json": {"schema": schema}}}


def members_of(declared: Endpoint) -> list[str]:
    """Names of everything that a body or a query may hold."""
    return list(_schemas(declared))


def model_of(declared: Endpoint) -> str:
    """The name that may wrap the body ("Event"); empty if none does."""
    body = declared.inputs.first(Body)
    return body.model if body else ""


def _responses(declared: Endpoint) -> dict[str, Any]:
    kinds = declared.inputs.answers
    answers: dict[str, Any] = {"200": _entity(declared.answers) if declared.answers else _success(kinds)}
    if Redirect in kinds:
        answers["302"] = {"description": "Done; the address in Location shows it."}
    answers["204"] = {"description": "There is nothing to tell."}
    for status, (name, _, _) in REFUSALS.items():
        if status != 409 or declared.writes:
            answers[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return answers


def _success(kinds: tuple[type, ...]) -> dict[str, Any]:
    schemas = [SCHEMAS[kind] for kind in kinds if kind in SCHEMAS]
    is_any = not schemas or not {Json, Stream, Text}.isdisjoint(kinds)
    schema: Schema = {} if is_any else schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    content: dict[str, Any] = {"application/json": {"schema": schema} if schema else {}}
    if not {Stream, Text}.isdisjoint(kinds):
        content["*/*"] = {}
    return {"description": "Done.", "content": content}


def _entity(answers: str) -> dict[str, Any]:
    name = answers.strip("[]")
    one = reference(name) if name in WRITTEN else {"type": "object"}
    inner: Schema = {"type": "array", "items": one} if answers == f"{name}[]" else one
    schema: Schema = {"type": "object", "required": [name], "properties": {name: inner}}
    if answers.startswith("["):
        schema = {"type": "array", "items": schema}
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


@cache
def encoded() -> bytes:
    """The document as encoded JSON."""
    return msgspec.json.encode(document())
