"""The ASGI application: reads the whole request, runs Django in a thread, and sends the response."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import request_started
from django.http import FileResponse, HttpResponse, HttpResponseBase

from vardkase.config.gateway import health
from vardkase.config.gateway.body_memory import Budget, IncomingBody, SpoolFull
from vardkase.config.gateway.clients import Client, Clients
from vardkase.config.gateway.lanes import Lane
from vardkase.config.gateway.protocol import EXTENSION, Connection
from vardkase.config.gateway.requests import Scope, attach_body, request_of, sends_body
from vardkase.config.gateway.response_body import PIECE, SMALL, ClientDisconnected, Outgoing
from vardkase.config.middleware import is_for_machines
from vardkase.core.body_limits import LARGE, BodyLimits, WantedBody
from vardkase.core.client_disconnect import Interruption
from vardkase.core.telemetry import traces
from vardkase.core.telemetry.metrics import REQUESTS
from vardkase.core.telemetry.request_ids import new_request_id
from vardkase.core.time_budget import paused, time_budget

type Message = dict[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]

THREADS = 2
"""Of the lanes for pages and for the API. Threads of one process take turns: more would only wait for each other."""
MOST_PAGES, MOST_API = 4, 6
"""Of the same while some are kept for long, by exports and the like. Each has a connection to the database."""
SHARE, ACCOUNT_SHARE = 3, 2
"""How many threads of a lane one organisation may keep, and one account."""
PAGE_SECONDS, API_SECONDS, DOCUMENT_SECONDS = 60, 120, 1800
"""How long a request may work in each lane before its answer begins."""
ANSWER_SECONDS = 1800
"""How long an answer that is streamed may be made, without the time that others take to read it."""
RELIEF = 0.25
"""Seconds between two looks at whether a lane needs another thread."""
UNASKED = BodyLimits.PUBLIC.bytes
"""Bytes of a body that are received before Django is asked whether this caller may send so much here."""
DOWNLOAD = re.compile(r"/events?/(?:[^/]+/)?(?:download|export)/.")
"""Pages that write as much as an export over the API: they leave the threads of the other pages alone."""
READING = ("GET", "HEAD", "OPTIONS")

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Reply:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes | Outgoing
    wants_body: WantedBody | None = None


@dataclass(slots=True)
class Exchange:
    scope: Scope
    connection: Connection
    loop: asyncio.AbstractEventLoop
    interruption: Interruption = field(init=False)
    request_id: str = field(default_factory=new_request_id)

    def __post_init__(self) -> None:
        self.interruption = Interruption(is_harmless=self.scope["method"] in READING)
        self.connection.on_lost = self._lost

    def request(self) -> WSGIRequest:
        request = request_of(self.scope)
        request.interruption = self.interruption  # type: ignore[attr-defined]
        request.request_id = self.request_id  # type: ignore[attr-defined]
        return request

    def _lost(self) -> None:
        # In a thread, because cancelling a query waits for PostgreSQL.
        self.loop.run_in_executor(None, self.interruption.interrupt)


class Application:
    """The ASGI application, created in each worker process after the fork."""

    def __init__(self, django: WSGIHandler) -> None:
        self._django = django
        self._clients = Clients()
        shares = {"share": SHARE, "member_share": ACCOUNT_SHARE}
        self._pages = Lane("pages", THREADS, most=MOST_PAGES, **shares, seconds=PAGE_SECONDS)
        self._api = Lane("api", THREADS, most=MOST_API, **shares, seconds=API_SECONDS)
        self._documents = Lane("documents", 1, most=1, share=1, member_share=1, seconds=DOCUMENT_SECONDS)
        self._relief: asyncio.TimerHandle | None = None
        self._budget = Budget()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        connection: Connection = scope["extensions"][EXTENSION]
        if scope["path"] in health.PATHS and scope["method"] in ("GET", "HEAD"):
            await health.answer(scope, send)
            return
        exchange = Exchange(scope, connection, asyncio.get_running_loop())
        if self._relief is None:
            self._relieve(exchange.loop)
        try:
            reply = await self._reply(exchange, receive)
            await _deliver(reply, connection, send)
        except ClientDisconnected:
            return
        finally:
            connection.on_lost = None

    def _relieve(self, loop: asyncio.AbstractEventLoop) -> None:
        self._pages.relieve()
        self._api.relieve()
        self._relief = loop.call_later(RELIEF, self._relieve, loop)

    async def _reply(self, exchange: Exchange, receive: Receive) -> Reply:
        request = exchange.request()
        if not sends_body(request):
            return await self._answered(request, exchange)
        with contextlib.closing(IncomingBody(self._budget)) as body:
            try:
                return await self._received(request, exchange, receive, body)
            except SpoolFull:
                request = exchange.request()
                request.META["CONTENT_LENGTH"] = str(body.size)
                request.has_no_room = True  # type: ignore[attr-defined]
                return await self._answered(request, exchange)

    async def _received(
        self, request: WSGIRequest, exchange: Exchange, receive: Receive, body: IncomingBody
    ) -> Reply:
        """The answer to `request` with its body; raises SpoolFull."""
        limits = BodyLimits.PUBLIC
        declared = int(request.META.get("CONTENT_LENGTH") or 0)
        complete = declared <= UNASKED and await _receive(receive, body, UNASKED)
        if not complete:
            # Django answers before the body: with a refusal, or with how much it accepts.
            asked = exchange.request()
            asked.META["CONTENT_LENGTH"] = str(max(body.size, declared))
            asked.body_is_pending = True  # type: ignore[attr-defined]
            reply = await self._answered(asked, exchange)
            if reply.wants_body is None:
                return reply
            limits = reply.wants_body.limits
            body.count_for(reply.wants_body.sender, declared)
            if limits is BodyLimits.DRAFT:
                body.stay_in_memory()
            complete = await _receive(receive, body, limits.bytes)
            request = exchange.request()
        request.is_admitted = limits is not BodyLimits.PUBLIC  # type: ignore[attr-defined]
        if complete:
            body.rewind()
            attach_body(request, body.file, body.size)
        else:
            request.META["CONTENT_LENGTH"] = str(body.size)  # Without a body: it is refused for its size.
        return await self._answered(request, exchange, body.size)

    async def _answered(self, request: WSGIRequest, exchange: Exchange, size: int = 0) -> Reply:
        is_long = is_for_machines(request) or DOWNLOAD.match(request.path_info)
        lane = self._documents if size > LARGE else self._api if is_long else self._pages
        future: asyncio.Future[Reply] = exchange.loop.create_future()
        begun = time.perf_counter()

        def settle(made: Reply) -> None:
            if not future.done():  # The client may have left, which cancels it.
                future.set_result(made)

        def reply(made: Reply) -> None:
            if made.wants_body is None:
                REQUESTS.labels(lane.name, f"{made.status // 100}xx").observe(time.perf_counter() - begun)
            exchange.loop.call_soon_threadsafe(settle, made)

        def work() -> None:
            with traces.span("request", {"kind": lane.name, "method": str(request.method)}):
                self._work(request, exchange, lane.seconds, reply)

        client = self._clients.known(request)
        if client is None:
            unidentified = Client.unidentified(request)
            self._api.submit(unidentified, lambda: lane.submit(self._clients.identify(request), work))
        else:
            lane.submit(client, work)
        return await future

    def _work(
        self, request: WSGIRequest, exchange: Exchange, seconds: int, reply: Callable[[Reply], None]
    ) -> None:
        try:
            if exchange.interruption.client_is_gone:
                reply(Reply(499, [], b""))
                return
            with exchange.interruption:
                request_started.send(sender=type(self._django), environ=request.environ)
                with time_budget(seconds):
                    response = self._django.get_response(request)
                # As WSGIHandler does: closing the response ends the request.
                response._handler_class = type(self._django)  # type: ignore[attr-defined]  # noqa: SLF001
                try:
                    if wanted := getattr(request, "wanted_body", None):
                        reply(Reply(200, [], b"", wanted))
                    else:
                        _hand_over(response, exchange, reply)
                finally:
                    response.close()
        except Exception:
            logger.exception("a request failed outside of Django")
            reply(Reply(500, [], b""))


def _hand_over(response: HttpResponseBase, exchange: Exchange, reply: Callable[[Reply], None]) -> None:
    if isinstance(response, HttpResponse) and len(response.content) <= SMALL:
        reply(Reply(response.status_code, _headers(response), response.content))
        return
    if isinstance(response, FileResponse):
        response.block_size = PIECE
    outgoing = Outgoing(exchange.loop)
    reply(Reply(response.status_code, _headers(response), outgoing))
    pieces: Iterable[bytes] = response
    try:
        with time_budget(ANSWER_SECONDS):
            for piece in pieces:
                with paused():
                    outgoing.put(piece)
    except ClientDisconnected:
        return
    except Exception:
        if not exchange.interruption.client_is_gone:
            logger.exception("an answer broke off")
        outgoing.break_off()
    else:
        outgoing.finish()


def _headers(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]
    headers += [
        (b"Set-Cookie", cookie.OutputString().encode("latin-1")) for cookie in response.cookies.values()
    ]
    if isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
        headers.append((b"Content-Length", str(len(response.content)).encode()))
    return headers


async def _receive(receive: Receive, body: IncomingBody, limit: int) -> bool:
    """Append what comes to `body` until it ends or is over `limit`; whether it ended. Raises SpoolFull."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        body.write(message["body"])
        if body.size > limit:
            return False
        if not message["more_body"]:
            return True


async def _deliver(reply: Reply, connection: Connection, send: Send) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    if isinstance(reply.body, bytes):
        await send({"type": "http.response.body", "body": reply.body})
        return
    try:
        while piece := await reply.body.get():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if connection.transport.is_closing():
                return
        if reply.body.is_broken:
            connection.transport.abort()  # An end without its last chunk shows the client that something is missing.
            return
        await send({"type": "http.response.body", "body": b""})
    finally:
        reply.body.close()
