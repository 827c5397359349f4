"""Parsed requests: MISP's path parameters, the body, and the `Call` that an endpoint receives.

MISP writes arguments into the path: ``/controller/action/arg/name:value/list[]:a/list[]:b``. Controllers are
spelled in camelCase or snake_case, `/admin` is a prefix of the action, and a few routes have no action.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.request import HttpHeaders

from vardkase.api.body import (
    MULTIPART,
    XML,
    check_values,
    decoded_body,
    is_nothing,
    lazy_members,
    media_type,
    multipart_fields,
    multipart_file,
    multipart_files,
    plain_body,
    scalar_body,
)
from vardkase.api.responses import wants_xml
from vardkase.core.body_limits import BodyLimits
from vardkase.identity.access.actor import Actor
from vardkase.identity.sign_in_policy.certificates import Certificate

type Named = dict[str, str | list[str]]

SUFFIXES = (".json", ".xml", ".csv")
NAMED = re.compile(r"([A-Za-z_]\w*)(\[\w*\])?:(.*)", re.DOTALL)
IDENTIFIER = re.compile(r"\d+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
RESOURCES = {"events", "attributes"}
RESOURCE_ACTIONS = {"GET": "view", "HEAD": "view", "POST": "edit", "PUT": "edit", "DELETE": "delete"}


@dataclass(frozen=True, slots=True)
class Route:
    """A parsed path. `name` is the endpoint's name without case and underscores."""

    controller: str
    action: str
    name: str
    segments: list[str] = field(default_factory=list)
    args: list[str] = field(default_factory=list)
    named: Named = field(default_factory=dict)
    suffix: str = ""


def route_of(method: str, path: str) -> Route:
    """Parse a URL-decoded path; the route may name an endpoint that does not exist."""
    segments = [segment for segment in path.split("/") if segment]
    suffix = ""
    for known in SUFFIXES:
        if segments and segments[-1].endswith(known):
            segments[-1], suffix = segments[-1].removesuffix(known), known[1:]
            break
    prefix = ""
    # In MISP, admin is a prefix of the action (admin_index), not a controller.
    if len(segments) > 1 and segments[0].lower() == "admin":
        prefix = "admin/"
        segments = segments[1:]
    controller = segments[0] if segments else "events"
    action, rest = _action(method, controller, segments[1:])
    args, named = _arguments(rest)
    return Route(
        controller, action, prefix + plain(controller) + "/" + plain(action), rest, args, named, suffix
    )


def plain(word: str) -> str:
    """`word` without case and underscores, which MISP ignores in names: ``sharingGroups`` equals
    ``sharing_groups``."""
    return word.replace("_", "").lower()


def _action(method: str, controller: str, rest: list[str]) -> tuple[str, list[str]]:
    is_resource = controller.lower() in RESOURCES
    # A pair is never an action: /events/limit:5 is a page of the index.
    if not rest or NAMED.fullmatch(rest[0]):
        return ("add" if is_resource and method == "POST" else "index"), rest
    if is_resource and IDENTIFIER.fullmatch(rest[0]):
        return RESOURCE_ACTIONS.get(method, method), rest
    return rest[0], rest[1:]


def _arguments(segments: list[str]) -> tuple[list[str], Named]:
    args: list[str] = []
    named: Named = {}
    for segment in segments:
        match = NAMED.fullmatch(segment)
        if match is None:
            args.append(segment)
            continue
        key, brackets, value = match.groups()
        # As in MISP: a colon in a value is written as ; (times, IPv6), and a space may be +.
        value = value.replace(";", ":").replace("+", " ")
        if brackets:
            earlier = named.setdefault(key, [])
            named[key] = [*([earlier] if isinstance(earlier, str) else earlier), value]
        else:
            named[key] = value
    return args, named


class Call:
    """One request to one endpoint by an authenticated actor.

    `args` are the path's arguments after the action, `named` its ``name:value`` pairs, `segments` both as
    written (a tag such as ``tlp:white`` looks like a pair).
    """

    def __init__(
        self,
        request: HttpRequest,
        route: Route,
        actor: Actor,
        limits: BodyLimits,
        most_values: int | None = None,
    ) -> None:
        self.actor = actor
        self.method = request.method or "GET"
        self.controller = route.controller
        self.action = route.action
        self.args = route.args
        self.named = route.named
        self.segments = route.segments
        self.suffix = route.suffix
        self.path = request.path_info
        self._request = request
        self._limits = limits
        self._most_values = most_values

    @property
    def headers(self) -> HttpHeaders:
        return self._request.headers

    @property
    def client_certificate(self) -> Certificate | None:
        return getattr(self._request, "client_certificate", None)

    @cached_property
    def raw(self) -> bytes:
        """The body with its Content-Encoding removed; raises MispError if that fails or it is too big."""
        return plain_body(self._request, self._limits)

    @property
    def _sent(self) -> int:
        return int(self._request.META.get("CONTENT_LENGTH") or 0)

    @cached_property
    def body(self) -> Any:
        """The decoded body: a dict, or a list if the client sent one; {} if there is none."""
        if self._request.content_type == MULTIPART:
            return multipart_fields(self._request, self._limits)
        if self._most_values is not None:
            check_values(self.raw, self._most_values)
        return decoded_body(self.raw, self._request.META.get("CONTENT_TYPE", ""), self._sent)

    @property
    def scalar(self) -> str | int | float | None:
        """A JSON body that is a single string or number; None for any other."""
        return scalar_body(self.raw, self.headers.get("Content-Type", ""))

    def document(self) -> tuple[str, bytes]:
        """An uploaded document: name and content of the first file of a form, else the body itself."""
        if self._request.content_type != MULTIPART:
            return "", self.raw
        return multipart_file(self._request, self._limits)

    def files(self) -> list[tuple[str, bytes]]:
        return multipart_files(self._request, self._limits) if self._request.content_type == MULTIPART else []

    def data(self, model: str) -> dict[str, Any]:
        """The body as one `model` ("Event"), without its wrapper if it has one; {} if it is not an object."""
        body = self.body
        if not isinstance(body, dict):
            return {}
        inner = body.get(model)
        return inner if isinstance(inner, dict) else body

    def big_data(self, model: str, member: str) -> dict[str, Any]:
        """Like `data`, but decodes the array `member` of a big JSON body element by element."""
        is_json = media_type(self.headers.get("Content-Type", "")) == "application/json"
        members = lazy_members(self.raw, model, member, self._sent) if is_json else None
        return self.data(model) if members is None else members

    def param(self, name: str, default: Any = None) -> Any:
        """`name` from the body, else from the path's named pairs, else from the query string."""
        if isinstance(self.body, dict) and name in self.body:
            return self.body[name]
        if name in self.named:
            return self.named[name]
        return self._request.GET.get(name, default)

    @property
    def sends_nothing(self) -> bool:
        return is_nothing(self.raw, self.headers.get("Content-Type", ""))

    @property
    def sends_xml(self) -> bool:
        """Whether the body is XML."""
        return media_type(self.headers.get("Content-Type", "")) in XML

    @property
    def wants_xml(self) -> bool:
        return wants_xml(self._request)

    @property
    def query(self) -> dict[str, str]:
        return self._request.GET.dict()

    @property
    def base_url(self) -> str:
        return settings.BASE_URL or f"{self._request.scheme}://{self._request.get_host()}"
