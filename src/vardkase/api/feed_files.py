"""The hub's own feeds as other instances fetch them: ``/feed/<name>/manifest.json``, ``hashes.csv``, ``<uuid>.json``.

A reader of a feed is a member with a key, holds the feed's token (either in `Authorization`, plain, as Bearer or
as the password of basic authentication), or anybody, as the feed is defined. Others get one answer, feed or no feed.
"""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

from vardkase.api.authentication import KEY, authenticate
from vardkase.api.errors import MispError
from vardkase.api.problems import ApiProblem
from vardkase.api.taxii.caller import credentials
from vardkase.core.addresses import subscriber_of
from vardkase.core.errors import Forbidden, NotFound
from vardkase.exchange.fetches.services import record_feed_fetch
from vardkase.exchange.own_feeds.folders import HASHES, MANIFEST, file_of
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.own_feeds.services import readable
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.standing import StandingRefused

PREFIX = "/feed/"
CHALLENGE = 'Basic realm="feed", charset="UTF-8"'
TYPES = {".json": "application/json", ".csv": "text/csv; charset=utf-8"}
METHODS = ("GET", "HEAD")


def respond(request: HttpRequest) -> HttpResponseBase:
    if request.method not in METHODS:
        return JsonResponse({"message": "Use GET."}, status=405, headers={"Allow": ", ".join(METHODS)})
    name, _, file = request.path_info.removeprefix(PREFIX).strip("/").partition("/")
    try:
        feed, actor = _readable_feed(request, name)
    except MispError as error:
        return _refusal(error.status, error.message, error.headers)
    except NotFound as error:
        return _refusal(404, error.wire, {})
    except StandingRefused as error:
        return _refusal(403, error.wire, {})
    except Forbidden as error:
        return _refusal(401, error.wire, {"WWW-Authenticate": CHALLENGE})
    path = file_of(feed.name, file or MANIFEST)
    if path is None:
        return _refusal(404, "The feed has no such file.", {})
    facts = path.stat()
    etag = quote_etag(f"{facts.st_ino:x}-{facts.st_mtime_ns:x}")
    if known := get_conditional_response(request, etag, int(facts.st_mtime)):
        return known
    if request.method == "GET":
        event = "" if path.name in (MANIFEST, HASHES) else path.stem
        record_feed_fetch(actor, _reader(request, feed), feed.pk, event)
    about = {"ETag": etag, "Last-Modified": http_date(facts.st_mtime), "Cache-Control": "no-cache"}
    return FileResponse(path.open("rb"), content_type=TYPES[path.suffix], headers=about)


def _readable_feed(request: HttpRequest, name: str) -> tuple[OwnFeed, Actor | None]:
    """The feed if the caller may read it, and who that is; None for a token's holder, or anybody.

    Raises Forbidden, MispError (too many failures).
    """
    header = request.headers.get("Authorization", "").strip()
    kind, _, rest = header.partition(" ")
    token = {"basic": lambda: credentials(rest)[1], "bearer": rest.strip}.get(kind.lower(), lambda: header)()
    keys = [token] if KEY.fullmatch(token) else []
    try:
        # A feed's token is as long as a key, so it is tried first: it costs no failed authentication.
        return readable(name, None, keys[0] if keys else ""), None
    except Forbidden:
        if not keys:
            raise
    actor = _authenticated(request, keys)
    return readable(name, actor, ""), actor


def _reader(request: HttpRequest, feed: OwnFeed) -> str:
    """Who has no account: known by address alone, in IPv6 by its /64, in which one reader can have any."""
    address = getattr(request, "client_address", None)
    network = subscriber_of(address)
    shown = str(network) if network and network.version == 6 else address or "-"
    return f"{feed.name}, {shown}"


def _authenticated(request: HttpRequest, keys: list[str]) -> Actor:
    try:
        return authenticate(request, keys).actor
    except MispError as error:
        if error.status == 429:
            raise
        raise Forbidden(ApiProblem.NO_FEED()) from error


def _refusal(status: int, message: str, headers: dict[str, str]) -> HttpResponse:
    response = JsonResponse({"message": message}, status=status, headers=headers)
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - what is refused is no fault here
    return response
