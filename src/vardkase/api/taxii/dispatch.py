"""Dispatch of HTTP requests under /taxii2/: media type, caller, resource, and TAXII error messages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from vardkase.api.body import check_size, sender_of
from vardkase.api.errors import MispError
from vardkase.api.taxii import resources
from vardkase.api.taxii.calls import LIMITS, TaxiiCall
from vardkase.api.taxii.messages import Answer, TaxiiError, accepts_taxii, response_of
from vardkase.api.taxii.resources import PREFIX
from vardkase.core.body_limits import NO_ROOM, RETRY_AFTER, WantedBody
from vardkase.core.client_disconnect import has_left
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound, VardkaseError
from vardkase.core.optional_parts import PartMissing
from vardkase.core.outages import outage_of
from vardkase.core.write_conflicts import retry_on_conflict

__all__ = ["PREFIX", "respond"]

logger = logging.getLogger(__name__)

REALM = 'Basic realm="TAXII", charset="UTF-8"'
STATUSES: tuple[tuple[type[VardkaseError], int, str], ...] = (
    (NotFound, 404, "Not found"),
    (Forbidden, 403, "Not permitted"),
    (Conflict, 409, "Conflict"),
    (Invalid, 400, "Bad request"),
    (PartMissing, 501, "Not installed"),
)


type Handler = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Resource:
    """The handlers of a path below PREFIX, by method; ``{}`` in the path matches any segment."""

    path: str
    methods: Mapping[str, Handler]

    def arguments(self, segments: Sequence[str]) -> list[str] | None:
        """The segments that match ``{}``; None if the path does not match."""
        pattern = self.path.split("/") if self.path else []
        if len(pattern) != len(segments):
            return None
        pairs = list(zip(pattern, segments, strict=True))
        if any(part not in ("{}", segment) for part, segment in pairs):
            return None
        return [segment for part, segment in pairs if part == "{}"]


COLLECTION = "api/collections/{}"
RESOURCES = (
    Resource("", {"GET": resources.discovery}),
    Resource("api", {"GET": resources.api_root}),
    Resource("api/status/{}", {"GET": resources.status}),
    Resource("api/collections", {"GET": resources.collections_resource}),
    Resource(COLLECTION, {"GET": resources.collection_resource}),
    Resource(f"{COLLECTION}/manifest", {"GET": resources.manifest}),
    Resource(f"{COLLECTION}/objects", {"GET": resources.objects, "POST": resources.add_objects}),
    Resource(f"{COLLECTION}/objects/{{}}", {"GET": resources.one_object, "DELETE": resources.delete_object}),
    Resource(f"{COLLECTION}/objects/{{}}/versions", {"GET": resources.versions}),
)


def respond(request: HttpRequest) -> HttpResponse:
    """Answer one TAXII request; never raises."""
    with translation.override("en"):
        try:
            answer = _dispatch(request)
        except TaxiiError as error:
            answer = error.answer()
        except MispError as error:
            answer = _of_the_api(error).answer()
        except VardkaseError as error:
            answer = _worded(error).answer()
        except SuspiciousOperation:
            answer = TaxiiError(413, "Too large", "The request is bigger than is taken.").answer()
        except Exception as error:
            if outage := outage_of(error):
                answer = _worded(outage).answer()
            else:
                if not has_left(request):
                    logger.exception("a TAXII request failed")
                answer = TaxiiError(500, "Server error", "The server failed; its log says more.").answer()
    response = response_of(answer)
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - a path may hold a key
    return response


def _dispatch(request: HttpRequest) -> Answer:
    if not accepts_taxii(request.headers.get("Accept", "")):
        raise TaxiiError(406, "Not acceptable", "Accept application/taxii+json;version=2.1.")
    call = TaxiiCall(request)
    segments = [part for part in request.path_info.removeprefix(PREFIX).split("/") if part]
    for resource in RESOURCES:
        if (arguments := resource.arguments(segments)) is None:
            continue
        handler = resource.methods.get(request.method or "")
        if handler is None:
            allowed = ", ".join(resource.methods)
            raise TaxiiError(405, "Method not allowed", f"Use {allowed}.", headers={"Allow": allowed})
        if getattr(request, "has_no_room", False):
            raise TaxiiError(503, "Too busy", NO_ROOM, headers={"Retry-After": RETRY_AFTER})
        # The caller may send a body: the gateway reads it, up to these limits, and asks again.
        if getattr(request, "body_is_pending", False):
            check_size(request, LIMITS)
            request.wanted_body = WantedBody(LIMITS, sender_of(call.actor))  # type: ignore[attr-defined]  # read by config.gateway
            return Answer({})
        return retry_on_conflict(partial(handler, call, *arguments))
    raise TaxiiError(404, "Not found", "There is no such resource.")


def _of_the_api(error: MispError) -> TaxiiError:
    """Errors from MISP's API as TAXII errors: there, 403 also means unauthenticated."""
    if error.status == 403:
        return TaxiiError(401, "Unauthorized", error.message, headers={"WWW-Authenticate": REALM})
    titles = {413: "Too large", 429: "Too many requests"}
    return TaxiiError(
        error.status, titles.get(error.status, "Bad request"), error.message, headers=error.headers
    )


def _worded(error: VardkaseError) -> TaxiiError:
    description = error.wire
    if isinstance(error, Invalid) and isinstance(error.errors, Mapping):
        description = " ".join(
            f"{name}: {' '.join(problem.wire for problem in problems)}"
            for name, problems in error.errors.items()
        )
    for kind, status, title in STATUSES:
        if isinstance(error, kind):
            return TaxiiError(status, title, description)
    return TaxiiError(503, "Try again", error.wire, headers={"Retry-After": "60"})
