"""Request dispatch: routing, authentication, authorisation, the endpoint call, and error responses.

Every endpoint is declared with `endpoint`, and the declaration carries its permission: there is no way to add
one without. The order for each request is: who is it, does the endpoint exist, may they, is the method right,
and only then is the body read.
"""

from __future__ import annotations

import logging
import re
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from vardkase.api.answers import Answer, Json, Text
from vardkase.api.authentication import Authenticated, authenticate
from vardkase.api.body import check_size, sender_of
from vardkase.api.errors import INTERNAL_ERROR, MispError, exception_body, status_and_body
from vardkase.api.rate_limit import counted
from vardkase.api.request import Call, Route, plain, route_of
from vardkase.api.responses import response_of
from vardkase.core.body_limits import NO_ROOM, RETRY_AFTER, BodyLimits, WantedBody
from vardkase.core.client_disconnect import CLIENT_GONE, has_left
from vardkase.core.errors import Forbidden, VardkaseError
from vardkase.core.outages import outage_of, took_too_long
from vardkase.core.retries import retry_on_conflict
from vardkase.core.time_budget import allow
from vardkase.hub.profiles import is_available
from vardkase.identity.access.actor import Actor, visitor
from vardkase.identity.access.content_access import for_reading
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.services.key_limits import require_no_limits
from vardkase.identity.accounts.staff import StaffRole

__all__ = [
    "Call",
    "Description",
    "Endpoint",
    "controllers",
    "declared_permissions",
    "endpoint",
    "plain",
    "respond",
]

logger = logging.getLogger(__name__)

READING_METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS")
WRITING_METHODS = ("POST", "PUT", "DELETE")
ONLY_POST = "This method is only accessible via POST requests."
ADMINISTRATION = 900
"""Seconds that an endpoint for site administrators may take: updates, and synchronisation in the foreground."""
SECRET = re.compile(r"\b[A-Za-z0-9]{40}\b")

type Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Description:
    """What the code of an endpoint does not show, for its users and for its OpenAPI description.

    `mandatory` and `optional` are the members of the body, or the parameters if the endpoint only reads; a
    GET on a writing endpoint returns them. `url` names the arguments of the path
    (``/events/edit/[event_id]``), if there are any. `answers` is the entity in a streamed response: "Event"
    for ``{"Event": {…}}``, "[Attribute]" for a list.
    """

    text: str = ""
    mandatory: Any = ()
    optional: Any = ()
    url: str = ""
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One action of MISP's API with what it takes to call it.

    `requires`: all of these permissions; `requires_any`: at least one; `site_admin`: site administrators only;
    `oversight`: those, the hub's officers and auditors; `staff`: one of these duties at the hub; `writes`: refused to
    read-only keys, auditors and organisations that may not write; `allowed_while_suspended`: open to organisations
    whatever the state of their membership; `public`: open to visitors, no key is read; `takes_document`: the body is
    a file, and not decoded as parameters.
    `body`: how big it may be, PUBLIC for `public` ones and DOCUMENT for `takes_document` unless it says otherwise.
    `most_values`: how many values its JSON body may hold, where each has its price.
    `proposes`: names of the actions that take two people, which is all that this does, or does in part.
    `unlimited_key`: refused to keys with addresses or a last day, since what it writes lets somebody in without them.
    `before_body` raises for what can be refused without looking at the body: a feature that is off, too many tries.
    """

    name: str
    handler: Handler
    methods: tuple[str, ...]
    requires: tuple[Permission, ...] = ()
    requires_any: tuple[Permission, ...] = ()
    site_admin: bool = False
    writes: bool = False
    describes: Description | None = None
    public: bool = False
    takes_document: bool = False
    staff: tuple[StaffRole, ...] = ()
    allowed_while_suspended: bool = False
    body: BodyLimits = BodyLimits.QUERY
    before_body: Callable[[Actor], None] | None = None
    oversight: bool = False
    unlimited_key: bool = False
    proposes: tuple[str, ...] = ()
    most_values: int | None = None

    def authorise(self, actor: Actor) -> None:
        actor.require(*self.requires)
        if self.requires_any and not any(actor.may(permission) for permission in self.requires_any):
            raise Forbidden
        if self.site_admin and not actor.is_site_admin:
            raise Forbidden
        if self.oversight:
            actor.require_oversight()
        if self.staff:
            actor.require_staff(*self.staff)
        if self.writes:
            actor.require_own_affairs() if self.allowed_while_suspended else actor.require_writing()
        if self.unlimited_key:
            require_no_limits(actor)

    def may_be_called_by(self, actor: Actor) -> bool:
        try:
            self.authorise(actor)
        except Forbidden:
            return False
        return True

    def allows(self, method: str) -> bool:
        """True if `method` may be used; HEAD is allowed wherever GET is."""
        return ("GET" if method == "HEAD" else method) in self.methods


_endpoints: dict[str, Endpoint] = {}


def endpoint(
    name: str,
    *,
    requires: tuple[Permission, ...] = (),
    requires_any: tuple[Permission, ...] = (),
    site_admin: bool = False,
    writes: bool = False,
    methods: tuple[str, ...] = (),
    describes: Description | None = None,
    public: bool = False,
    takes_document: bool = False,
    staff: tuple[StaffRole, ...] = (),
    allowed_while_suspended: bool = False,
    body: BodyLimits | None = None,
    before_body: Callable[[Actor], None] | None = None,
    oversight: bool = False,
    unlimited_key: bool = False,
    proposes: tuple[str, ...] = (),
    most_values: int | None = None,
) -> Callable[[Handler], Handler]:
    """Declare the decorated function as the endpoint `name` ("events/view", "admin/users/add").

    Without requirements, any authenticated key may call it. Reading endpoints accept any method unless
    `methods` says otherwise (as in MISP); writing ones accept POST, PUT and DELETE.
    """
    key = "/".join(plain(part) for part in name.split("/"))
    if key in _endpoints:
        raise RuntimeError(f"endpoint {name} is declared twice")
    allowed = methods or (WRITING_METHODS if writes else READING_METHODS)
    usual = BodyLimits.PUBLIC if public else BodyLimits.DOCUMENT if takes_document else BodyLimits.QUERY

    def declare(handler: Handler) -> Handler:
        _endpoints[key] = Endpoint(
            name,
            handler,
            allowed,
            requires,
            requires_any,
            site_admin,
            writes,
            describes,
            public,
            takes_document,
            staff,
            allowed_while_suspended,
            body or usual,
            before_body,
            oversight,
            unlimited_key,
            proposes,
            most_values,
        )
        return handler

    return declare


def controllers() -> frozenset[str]:
    """The first path segment of every declared endpoint, in lower case without underscores."""
    names = (name.removeprefix("admin/") for name in _endpoints)
    return frozenset(name.partition("/")[0] for name in names)


def declared_permissions() -> list[Endpoint]:
    here = (found for found in _endpoints.values() if is_available(found.handler))
    return sorted(here, key=lambda found: found.name)


def respond(request: HttpRequest) -> HttpResponseBase:
    """Answer one API request; never raises."""
    with translation.override("en"):  # What MISP's clients compare is never translated.
        return _respond(request)


def _respond(request: HttpRequest) -> HttpResponseBase:
    route = route_of(request.method or "GET", request.path_info)
    headers: dict[str, str] = {}
    try:
        who = _caller(request, route)
        headers = _key_headers(who)
        if not getattr(request, "is_admitted", False):
            headers |= counted(route.name, who)
        answer: Answer = _answer(request, route, who.actor)
        response = response_of(answer, request)
    except VardkaseError as error:
        response = response_of(_answer_of(error, route, request), request)
    except SuspiciousOperation:  # Django's limits: fields of a query or a form, and the like.
        refused = MispError(400, "The request has too many fields, or is too big.")
        response = response_of(_answer_of(refused, route, request), request)
    except MemoryError:  # The web process has a limit of memory (config/server.py).
        refused = MispError(413, "The request needs more memory than one may have.")
        response = response_of(_answer_of(refused, route, request), request)
    except Exception as error:  # noqa: BLE001  the last resort: whatever is left is a fault of ours
        if has_left(request):
            answer = Text("", status=CLIENT_GONE)
        elif took_too_long(error):
            refused = MispError(
                503, "This takes longer than a request may. Ask for less, or send less, at once."
            )
            answer = _answer_of(refused, route, request)
        else:
            outage = outage_of(error)
            answer = _answer_of(outage, route, request) if outage else _answer_of_fault(error, route, request)
        response = response_of(answer, request)
    for name, value in headers.items():
        response[name] = value
    # Django would log the path of every refusal, and a path may hold a key that somebody put there.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def _answer(request: HttpRequest, route: Route, actor: Actor) -> Answer:
    found = _endpoints.get(route.name)
    if (
        found is None
        or not is_available(found.handler)
        or "\0" in request.path_info
        or "%00" in request.META.get("QUERY_STRING", "")
    ):
        raise MispError(404, "Not Found")
    found.authorise(actor)
    if found.site_admin:
        allow(ADMINISTRATION)
    method = request.method or "GET"
    if not found.allows(method):
        return _describe(found, method)
    if getattr(request, "has_no_room", False):
        raise MispError(503, NO_ROOM, headers={"Retry-After": RETRY_AFTER})
    if found.before_body and not getattr(request, "is_admitted", False):
        found.before_body(actor)
    if getattr(request, "body_is_pending", False):
        check_size(request, found.body)
        request.wanted_body = WantedBody(found.body, sender_of(actor))  # type: ignore[attr-defined]  # read by config.gateway
        return Text(b"")
    if not found.writes and hasattr(request, "interruption"):
        request.interruption.is_harmless = True
    reader = actor if found.writes else for_reading(actor, found.name)
    call = Call(request, route, reader, found.body, found.most_values)
    if method in ("POST", "PUT", "PATCH") and not found.takes_document:
        call.body  # noqa: B018  a body that cannot be read is refused before anything happens
    return retry_on_conflict(lambda: found.handler(call))


def _caller(request: HttpRequest, route: Route) -> Authenticated:
    found = _endpoints.get(route.name)
    if found is not None and found.public:
        return Authenticated(visitor(getattr(request, "client_address", None)), None)
    return authenticate(request)


def _describe(found: Endpoint, method: str) -> Answer:
    if method not in READING_METHODS and method != "HEAD":
        raise MispError(405, f"{method} is not used here, but {', '.join(found.methods)}.")
    about = found.describes
    if about is None or not (about.mandatory or about.optional):
        raise MispError(405, ONLY_POST)
    path = f"/{found.name}"
    return Json(
        {
            "name": f"{path} API description",
            "description": about.text,
            "mandatory_fields": about.mandatory,
            "optional_fields": about.optional,
            "url": about.url or path,
        }
    )


def _key_headers(who: Authenticated) -> dict[str, str]:
    return {"X-Auth-Key-Expiration": who.key_expires.isoformat()} if who.key_expires else {}


def _answer_of(error: VardkaseError, route: Route, request: HttpRequest) -> Json:
    status, body = status_and_body(
        error,
        controller=route.controller,
        action=route.action,
        admin=route.name.startswith("admin/"),
        path=request.get_full_path_info(),
    )
    return Json(body, status, error.headers if isinstance(error, MispError) else {})


def _answer_of_fault(error: Exception, route: Route, request: HttpRequest) -> Json:
    """500 with a number that identifies the log line, which contains neither keys nor the body."""
    number = str(uuid.uuid4())
    frames = "".join(traceback.format_tb(error.__traceback__))
    # PostgreSQL repeats the values of a refused row in the lines after the first.
    cause = SECRET.sub("[removed]", str(error).partition("\n")[0])[:500]
    logger.error(
        "request %s %s %s failed: %s: %s\n%s",
        number,
        request.method,
        f"/{route.name}",
        type(error).__name__,
        cause,
        frames,
    )
    body = exception_body(INTERNAL_ERROR, request.get_full_path_info(), {})
    return Json(body, 500, {"X-Request-Id": number})
