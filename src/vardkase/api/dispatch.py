"""Request dispatch: routing, authentication, authorisation, the endpoint call, and error responses.

Every endpoint is declared with `endpoint`, and the declaration carries its permission: there is no way to add
one without. The order for each request is: who is it, does the endpoint exist, may they, is the method right,
and only then is the body read.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypedDict, Unpack

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from vardkase.api.answers import Answer, Json, Stream, Text
from vardkase.api.authentication import Authenticated, authenticate
from vardkase.api.body import check_size, sender_of
from vardkase.api.errors import INTERNAL_ERROR, MispError, exception_body, status_and_body
from vardkase.api.inputs import Input, Inputs, inputs_of
from vardkase.api.request import Call, Route, plain, route_of
from vardkase.api.responses import response_of
from vardkase.api.search_quota import counted
from vardkase.core.body_limits import NO_ROOM, RETRY_AFTER, BodyLimits, WantedBody
from vardkase.core.client_disconnect import CLIENT_GONE, has_left
from vardkase.core.database import replica
from vardkase.core.errors import Forbidden, VardkaseError
from vardkase.core.failover import repeated_after_failover
from vardkase.core.outages import RETRY_AFTER as OUTAGE_LASTS
from vardkase.core.outages import outage_of, took_too_long
from vardkase.core.telemetry.request_ids import new_request_id, request_id
from vardkase.core.time_budget import allow
from vardkase.core.write_conflicts import retry_on_conflict
from vardkase.hub.profiles import is_available
from vardkase.identity.access.actor import Actor, visitor
from vardkase.identity.access.content_access import for_reading
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.services.key_limits import require_no_limits
from vardkase.identity.accounts.staff import StaffRole

logger = logging.getLogger(__name__)

READING_METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS")
WRITING_METHODS = ("POST", "PUT", "DELETE")
ONLY_POST = "This method is only accessible via POST requests."
ADMINISTRATION = 900
"""Seconds that an endpoint for site administrators may take: updates, and synchronisation in the foreground."""
NO_INPUTS: Mapping[str, type[Any]] = {}

type Handler = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Description:
    """What MISP answers to a GET on an endpoint that only takes other methods.

    `mandatory` and `optional` are the declared members of its body unless given, as for ``{"OR": ["values", "id"]}``.
    """

    text: str = ""
    mandatory: Any = None
    optional: Any = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One action of MISP's API with what it takes to call it.

    `requires`: all of these permissions; `requires_any`: at least one; `site_admin`: site administrators only;
    `oversight`: those, the hub's officers and auditors; `staff`: one of these duties at the hub; `writes`: refused to
    read-only keys, auditors and organisations that may not write; `allowed_while_suspended`: open to organisations
    whatever the state of their membership; `public`: open to visitors, no key is read; `takes_document`: the body is
    a file, and not decoded as parameters.
    `body`: the limits of its body. `most_values`: how many values its JSON body may hold, where each has its price.
    `from_replica`: it may be read from a replica of the database (`core.database.replica`).
    `proposes`: names of the actions that take two people, which is all that this does, or does in part.
    `unlimited_key`: refused to keys with addresses or a last day, since what it writes lets somebody in without them.
    `answers` is the entity in an answer: "Event" for ``{"Event": {…}}``, "[Event]" for a list of such, "Tag[]" for a
    list inside.
    `before_body` raises for what can be refused without looking at the body: a feature that is off, too many tries.
    """

    name: str
    handler: Handler
    methods: tuple[str, ...]
    body: BodyLimits
    requires: tuple[Permission, ...] = ()
    requires_any: tuple[Permission, ...] = ()
    site_admin: bool = False
    oversight: bool = False
    staff: tuple[StaffRole, ...] = ()
    public: bool = False
    writes: bool = False
    allowed_while_suspended: bool = False
    unlimited_key: bool = False
    takes_document: bool = False
    most_values: int | None = None
    from_replica: bool = False
    before_body: Callable[[Actor], None] | None = None
    proposes: tuple[str, ...] = ()
    describes: Description | None = None
    answers: str = ""
    inputs: Inputs

    def fields_of_description(self) -> tuple[Any, Any]:
        """Mandatory and optional members, as MISP describes them."""
        fields = {
            name: field.is_mandatory
            for kind in self.inputs.read.values()
            if issubclass(kind, Input)
            for name, field in kind.fields().items()
        }
        mandatory = [name for name, is_mandatory in fields.items() if is_mandatory]
        optional = [name for name, is_mandatory in fields.items() if not is_mandatory]
        about = self.describes or Description()
        return (
            mandatory if about.mandatory is None else about.mandatory,
            optional if about.optional is None else about.optional,
        )

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


class Declaration(TypedDict, total=False):
    """The keywords of `endpoint`, as in Endpoint.

    `methods` are any for an endpoint that reads (as in MISP), POST, PUT and DELETE for one that writes, unless given.
    `body` is PUBLIC for `public` ones, DOCUMENT for `takes_document` and QUERY for others, unless given.
    """

    methods: tuple[str, ...]
    body: BodyLimits
    requires: tuple[Permission, ...]
    requires_any: tuple[Permission, ...]
    site_admin: bool
    oversight: bool
    staff: tuple[StaffRole, ...]
    public: bool
    writes: bool
    allowed_while_suspended: bool
    unlimited_key: bool
    takes_document: bool
    most_values: int | None
    from_replica: bool
    before_body: Callable[[Actor], None] | None
    proposes: tuple[str, ...]
    describes: Description | None
    answers: str


def endpoint(
    name: str, inputs: Mapping[str, type[Any]] = NO_INPUTS, **declaration: Unpack[Declaration]
) -> Callable[[Handler], Handler]:
    """Declare the decorated function as the endpoint `name` ("events/view", "admin/users/add").

    `inputs` narrows the types of inputs in the signature, for handlers that serve several endpoints.

    Without requirements, any authenticated key may call it.
    """
    key = "/".join(plain(part) for part in name.split("/"))
    if key in _endpoints:
        raise RuntimeError(f"endpoint {name} is declared twice")
    declaration.setdefault("methods", WRITING_METHODS if declaration.get("writes") else READING_METHODS)
    if declaration.get("public"):
        declaration.setdefault("body", BodyLimits.PUBLIC)
    elif declaration.get("takes_document"):
        declaration.setdefault("body", BodyLimits.DOCUMENT)
    else:
        declaration.setdefault("body", BodyLimits.QUERY)

    def declare(handler: Handler) -> Handler:
        declared = inputs_of(handler, inputs)
        _endpoints[key] = Endpoint(name=name, handler=handler, inputs=declared, **declaration)
        return handler

    return declare


def controllers() -> frozenset[str]:
    """The first path segment of every declared endpoint, in lower case without underscores."""
    names = (name.removeprefix("admin/") for name in _endpoints)
    return frozenset(name.partition("/")[0] for name in names)


def declared_permissions() -> list[Endpoint]:
    """The endpoints of this hub's profile, by name."""
    declared = (declaration for declaration in _endpoints.values() if is_available(declaration.handler))
    return sorted(declared, key=lambda declaration: declaration.name)


def respond(request: HttpRequest) -> HttpResponseBase:
    """Answer one API request; never raises."""
    with translation.override("en"):  # What MISP's clients compare is never translated.
        return _respond(request)


def _respond(request: HttpRequest) -> HttpResponseBase:
    route = route_of(request.method or "GET", request.path_info)
    headers: dict[str, str] = {}
    try:
        response = repeated_after_failover(
            lambda: _answered(request, route, headers), lambda: not getattr(request, "is_spent", False)
        )
    except VardkaseError as error:
        response = response_of(_answer_of(error, route, request), request)
    except SuspiciousOperation:  # Django's limits: fields of a query or a form, and the like.
        refused = MispError(400, "The request has too many fields, or is too big.")
        response = response_of(_answer_of(refused, route, request), request)
    except MemoryError:  # The web process has a limit of memory (config/server.py).
        refused = MispError(413, "The request needs more memory than one may have.")
        response = response_of(_answer_of(refused, route, request), request)
    except Exception as error:  # noqa: BLE001  the last resort: whatever is left is a fault of ours
        response = response_of(_answer_of_exception(error, route, request), request)
    for name, value in headers.items():
        response[name] = value
    # Django would log the path of every refusal, and a path may hold a key that somebody put there.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def _answered(request: HttpRequest, route: Route, headers: dict[str, str]) -> HttpResponseBase:
    declared = _endpoints.get(route.name)
    if declared is not None and declared.public:
        caller = Authenticated(visitor(getattr(request, "client_address", None)), None)
    else:
        # Before the endpoint is looked for: without a key nobody learns which endpoints exist.
        caller = authenticate(request)
    if caller.key_expires:
        headers["X-Auth-Key-Expiration"] = caller.key_expires.isoformat()
    # The gateway asks twice, before and after it has received a big body; the request counts once.
    if not getattr(request, "is_admitted", False):
        headers |= counted(route.name, caller)
    return response_of(_answer(request, route, declared, caller.actor), request)


def _answer(request: HttpRequest, route: Route, declared: Endpoint | None, actor: Actor) -> Answer:
    if (
        declared is None
        or not is_available(declared.handler)
        # PostgreSQL takes no U+0000 in a text; no endpoint has an argument with one.
        or "\0" in request.path_info
        or "%00" in request.META.get("QUERY_STRING", "")
    ):
        raise MispError(404, "Not Found")
    declared.authorise(actor)
    if declared.site_admin:
        allow(ADMINISTRATION)
    method = request.method or "GET"
    if not declared.allows(method):
        return _describe(declared, method)
    if getattr(request, "has_no_room", False):
        raise MispError(503, NO_ROOM, headers={"Retry-After": RETRY_AFTER})
    if declared.before_body and not getattr(request, "is_admitted", False):
        declared.before_body(actor)
    if getattr(request, "body_is_pending", False):
        # The caller may send a body: the gateway reads it, up to the limits set here, and asks again.
        check_size(request, declared.body)
        request.wanted_body = WantedBody(declared.body, sender_of(actor))  # type: ignore[attr-defined]
        return Text(b"")
    if not declared.writes and hasattr(request, "interruption"):
        request.interruption.is_harmless = True
    reader = actor if declared.writes else for_reading(actor, declared.name)
    call = Call(request, route, reader, declared.body, declared.most_values)
    reads_body = declared.takes_document or declared.inputs.reads_lazily
    if method in ("POST", "PUT", "PATCH") and not reads_body:
        call.body  # noqa: B018  a body that cannot be read is refused before anything happens
    if declared.writes or reads_body:
        # From here on something may be stored, or a body gone: a lost connection is answered, and nothing repeated.
        request.is_spent = True  # type: ignore[attr-defined]
    arguments, inputs = declared.inputs.arguments(call), declared.inputs.keywords(call)
    return _handled(declared, reader, partial(declared.handler, call, *arguments, **inputs))


def _handled(declared: Endpoint, reader: Actor, handle: Callable[[], Answer]) -> Answer:
    # What an operator reads is recorded as it is looked up, in a transaction of the primary.
    if not declared.from_replica or reader.content_access is not None:
        return retry_on_conflict(handle)
    return retry_on_conflict(lambda: replica.read(lambda: _from_here(handle())))


def _from_here(answer: Answer) -> Answer:
    """`answer`; what is made while it is sent is read from the same database as its beginning."""
    if isinstance(answer, Stream):
        return replace(answer, content=replica.streamed(answer.content))
    return answer


def _describe(declared: Endpoint, method: str) -> Answer:
    """The answer to a method that the endpoint does not take: its description, as MISP gives it to GET."""
    if method not in READING_METHODS and method != "HEAD":
        raise MispError(405, f"{method} is not used here, but {', '.join(declared.methods)}.")
    description = declared.describes
    mandatory, optional = declared.fields_of_description()
    if description is None or not (mandatory or optional):
        raise MispError(405, ONLY_POST)
    path = f"/{declared.name}"
    return Json(
        {
            "name": f"{path} API description",
            "description": description.text,
            "mandatory_fields": mandatory,
            "optional_fields": optional,
            "url": description.url or path,
        }
    )


def _answer_of(error: VardkaseError, route: Route, request: HttpRequest) -> Json:
    status, body = status_and_body(
        error,
        controller=route.controller,
        action=route.action,
        admin=route.name.startswith("admin/"),
        path=request.get_full_path_info(),
    )
    headers = error.headers if isinstance(error, MispError) else {}
    # Clients try again after what is over soon, and only then do what they send with it.
    return Json(body, status, {"Retry-After": OUTAGE_LASTS} | headers if status == 503 else headers)


def _answer_of_exception(error: Exception, route: Route, request: HttpRequest) -> Answer:
    """503 for an outage or an exhausted time budget, else 500 with a number that identifies the log line.

    The line contains neither keys nor the body.
    """
    if has_left(request):
        return Text("", status=CLIENT_GONE)
    if took_too_long(error):
        refused = MispError(503, "This takes longer than a request may. Ask for less, or send less, at once.")
        return _answer_of(refused, route, request)
    if outage := outage_of(error):
        return _answer_of(outage, route, request)
    number = request_id.get() or new_request_id()
    # The frames without the exception itself, whose text may repeat what was sent.
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error(
        "request %s %s %s failed: %s\n%s",
        number,
        request.method,
        f"/{route.name}",
        type(error).__name__,
        frames,
    )
    body = exception_body(INTERNAL_ERROR, request.get_full_path_info(), {})
    return Json(body, 500, {"X-Request-Id": number})
