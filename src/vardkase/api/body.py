"""Request body parsing: decompression, size and depth limits, decoding of JSON or forms."""

from __future__ import annotations

import gc
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, overload
from urllib.parse import parse_qsl

import brotli
import msgspec
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from vardkase.api.errors import MispError
from vardkase.core.body_limits import BodyLimits, Sender
from vardkase.core.errors import Invalid
from vardkase.core.json_limits import (
    MAX_DEPTH,
    OF_JSON,
    apparent_depth,
    depth,
    holds_more_values_than,
    holds_nul,
    holds_too_many_values,
)
from vardkase.core.sandbox import LimitReached
from vardkase.formats.incoming.reading import xml_body
from vardkase.identity.access.actor import Actor

MULTIPART = "multipart/form-data"
XML = ("application/xml", "text/xml")
BIG_BODY = 100_000
LAZY_BODY = 4_000_000
MAX_FIELDS = 10_000
FORM_KEY = re.compile(r"[^\[\]]+")
INVALID_JSON = (
    "Invalid JSON input. Make sure that the JSON input is a correctly formatted JSON string. "
    "This request has been blocked to avoid an unfiltered request."
)


def check_size(request: HttpRequest, limits: BodyLimits) -> None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > limits.bytes:
        raise _too_big(limits)


def check_values(raw: bytes, most: int) -> None:
    """Raise MispError 413 for a JSON body with more than `most` values."""
    if holds_more_values_than(raw, most):
        raise MispError(413, f"At most {most} values are taken in one request. Send them in parts.")


def sender_of(actor: Actor) -> Sender:
    """The sender against whose quota bodies from `actor` count while they are received."""
    return Sender.organisation(actor.organisation_id) if actor.user_id else Sender.visitor(actor.address)


def plain_body(request: HttpRequest, limits: BodyLimits) -> bytes:
    """The decompressed body; raises MispError 413 above a limit, 400 if decompression fails."""
    check_size(request, limits)
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if not hasattr(request, "_body") and request.content_type != MULTIPART:
        request._body = request.read()  # noqa: SLF001 - what `request.body` would set, with its limit
    body = request.body
    if len(body) > limits.bytes:
        raise _too_big(limits)
    if not body or encoding in ("", "identity"):
        return body
    if encoding not in DECOMPRESSORS:
        raise MispError(400, f"Unsupported content encoding '{encoding}'.")
    return DECOMPRESSORS[encoding](body, limits.unpacked(len(body)))


NOTHING = (b"", b"null", b"[]", b"{}")
READ = frozenset(("application/json", "application/x-www-form-urlencoded", MULTIPART, *XML))


def is_nothing(raw: bytes, content_type: str) -> bool:
    """True if MISP treats the body as missing: it is empty, or of a type that MISP does not read."""
    return raw.strip() in NOTHING or media_type(content_type) not in READ


def media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def decoded_body(raw: bytes, content_type: str, sent: int | None = None) -> Any:
    """The body, of `sent` bytes on the wire, as a dict or list.

    Anything but JSON, XML or a form counts as no body, as in MISP.
    """
    kind = media_type(content_type)
    if not raw.strip():
        return {}
    if kind == "application/json":
        return _unwrapped(_json(raw, sent))
    if kind == "application/x-www-form-urlencoded":
        return _unwrapped(_form(raw, sent))
    return _unwrapped(_xml(raw, sent)) if kind in XML else {}


def scalar_body(raw: bytes, content_type: str) -> str | int | float | None:
    if media_type(content_type) != "application/json" or not raw.strip():
        return None
    # A bool is an int in Python, but no number here.
    decoded = _json(raw)
    return decoded if isinstance(decoded, str | int | float) and not isinstance(decoded, bool) else None


def multipart_fields(request: HttpRequest, limits: BodyLimits) -> Any:
    """The fields of a form with files, as those of any other form; raises MispError 400 and 413."""
    check_size(request, limits)
    with _refusing_bad_forms():
        return _unwrapped(_form(request.POST.urlencode().encode()))


def multipart_file(request: HttpRequest, limits: BodyLimits) -> tuple[str, bytes]:
    """Name and content of the first file of a form; raises MispError 400 if there is none."""
    files = multipart_files(request, limits)
    if files:
        return files[0]
    raise MispError(400, "No file was sent.")


def multipart_files(request: HttpRequest, limits: BodyLimits) -> list[tuple[str, bytes]]:
    """Name and content of every file of a form; raises MispError 400 and 413."""
    check_size(request, limits)
    with _refusing_bad_forms():
        files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    return [(file.name or "", file.read()) for file in files]


@contextmanager
def _refusing_bad_forms() -> Iterator[None]:
    try:
        yield
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
        raise MispError(400, "The form cannot be read.") from error


class LazyList(Sequence[Any]):
    """A JSON array that decodes each element on access and does not cache it.

    The elements of a large document are thus never in memory together. Raises MispError 405 at an element
    that is not valid JSON.
    """

    def __init__(self, encoded: list[msgspec.Raw]) -> None:
        self._encoded = encoded

    def __len__(self) -> int:
        return len(self._encoded)

    @overload
    def __getitem__(self, position: int) -> Any: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[Any]: ...
    def __getitem__(self, position: int | slice) -> Any:
        if isinstance(position, slice):
            return LazyList(self._encoded[position])
        with _refusing_bad_json():
            return msgspec.json.decode(self._encoded[position])


def lazy_members(raw: bytes, model: str, member: str, sent: int | None = None) -> dict[str, Any] | None:
    """The document `model` in a large JSON body, with the array `member` left as a LazyList.

    None if the body is small or in another form: it is then decoded as usual.
    """
    if len(raw) < LAZY_BODY or apparent_depth(raw) > MAX_DEPTH or holds_nul(raw):
        return None
    _check_values(raw, sent, *OF_JSON)
    with _refusing_bad_json():
        document = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        for wrapper in ("request", model):
            # The first byte through a view: bytes(Raw) would copy the whole document.
            if wrapper in document and bytes(memoryview(document[wrapper])[:1]) == b"{":
                document = msgspec.json.decode(document[wrapper], type=dict[str, msgspec.Raw])
        parts = document.pop(member, None)
        members = {name: msgspec.json.decode(value) for name, value in document.items()}
        if parts is not None and bytes(memoryview(parts)[:1]) == b"[":
            members[member] = LazyList(msgspec.json.decode(parts, type=list[msgspec.Raw]))
        elif parts is not None:
            members[member] = msgspec.json.decode(parts)
    return members


@contextmanager
def _refusing_bad_json() -> Iterator[None]:
    try:
        yield
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # MISP answers 405 to a body that is no JSON.
        raise MispError(405, INVALID_JSON) from error


def gunzip(body: bytes, limit: int) -> bytes:
    decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        # One byte more than allowed tells too big from exactly full without unpacking the rest.
        plain = decompressor.decompress(body, limit + 1)
    except zlib.error as error:
        raise MispError(400, "Invalid compressed data.") from error
    if len(plain) > limit:
        raise _too_big()
    # A truncated stream decompresses without an error.
    if not decompressor.eof:
        raise MispError(400, "Invalid compressed data.")
    return plain


def unbrotli(body: bytes, limit: int) -> bytes:
    decompressor = brotli.Decompressor()
    try:
        # One byte more than allowed tells too big from exactly full without unpacking the rest.
        plain = bytes(decompressor.process(body, output_buffer_limit=limit + 1))
        while not decompressor.can_accept_more_data() and len(plain) <= limit:
            plain += decompressor.process(b"", output_buffer_limit=limit + 1)
    except brotli.error as error:
        raise MispError(400, "Invalid compressed data.") from error
    if len(plain) > limit:
        raise _too_big()
    # A truncated stream decompresses without an error.
    if not decompressor.is_finished():
        raise MispError(400, "Invalid compressed data.")
    return plain


DECOMPRESSORS = {"gzip": gunzip, "br": unbrotli}


def _json(raw: bytes, sent: int | None = None) -> Any:
    _check_values(raw, sent, *OF_JSON)
    with _refusing_bad_json(), _without_collector(len(raw)):
        decoded = msgspec.json.decode(raw)
    # Counting brackets is cheap but counts those in texts too; the real depth is measured only then.
    if apparent_depth(raw) > MAX_DEPTH and depth(decoded) > MAX_DEPTH:
        raise MispError(405, INVALID_JSON)
    if holds_nul(raw):
        raise _nul()
    return decoded


@contextmanager
def _without_collector(size: int) -> Iterator[None]:
    """Pause the garbage collector: a large document creates many objects and no garbage to collect."""
    pause = size > BIG_BODY and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()


def _check_values(raw: bytes, sent: int | None, *separators: bytes) -> None:
    if holds_too_many_values(raw, separators, sent=sent):
        raise MispError(413, "The request body holds too many values.")


def _xml(raw: bytes, sent: int | None) -> Any:
    _check_values(raw, sent, b"<")
    try:
        return xml_body(raw)
    except (Invalid, LimitReached) as error:
        raise MispError(400, f"Invalid XML input. {error.wire}") from error


def _form(raw: bytes, sent: int | None = None) -> dict[str, Any]:
    """PHP's form notation: ``data[Event][info]=x``, ``tags[]=a&tags[]=b``."""
    if b"\0" in raw or b"%00" in raw:
        raise _nul()
    _check_values(raw, sent, b"[", b"%5B", b"%5b")
    try:
        fields = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise MispError(400, "The form has too many fields.") from error
    result: dict[str, Any] = {}
    for key, value in fields:
        parts = FORM_KEY.findall(key)[:MAX_DEPTH]
        # PHP: a key that ends in [] appends, and one without replaces what came before.
        if key.endswith("[]"):
            place = _form_place(result, parts[:-1])
            name = parts[-1] if parts else ""
            items = place.get(name)
            if not isinstance(items, list):
                items = place[name] = []
            items.append(value)
        elif parts:
            _form_place(result, parts[:-1])[parts[-1]] = value
    return result


def _form_place(result: dict[str, Any], parts: list[str]) -> dict[str, Any]:
    for part in parts:
        inner = result.setdefault(part, {})
        if not isinstance(inner, dict):
            inner = result[part] = {}
        result = inner
    return result


def _unwrapped(decoded: Any) -> Any:
    """The body inside ``{"request": …}`` or the form's ``data[…]``; a bare string or number counts as no
    body."""
    for wrapper in ("request", "data"):
        if isinstance(decoded, dict) and len(decoded) == 1 and isinstance(decoded.get(wrapper), dict | list):
            decoded = decoded[wrapper]
    return decoded if isinstance(decoded, dict | list) else {}


def _too_big(limits: BodyLimits | None = None) -> MispError:
    why = f" At most {limits.bytes:,} bytes are taken here." if limits else ""
    return MispError(413, f"The request body is too big.{why}")


def _nul() -> MispError:
    return MispError(400, "Invalid input: text may not hold the character U+0000.")
