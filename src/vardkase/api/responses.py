"""Turning an answer into an HTTP response: encoding, entity tags, HEAD, streaming."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from vardkase.api.answers import JSON_TYPE, Answer, Json, Redirect, Stream, Text

XML_TYPE = "application/xml; charset=UTF-8"
XML_START = '<?xml version="1.0" encoding="UTF-8"?>\n<response>'
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XML_NAME = re.compile(r"[A-Za-z_][\w.-]*")
ENCODED_TAG = re.compile(r'-(?:br|gzip)"$')
MACHINES = ("PyMISP", "MISP")


def response_of(answer: Answer, request: HttpRequest) -> HttpResponseBase:
    """The response that carries `answer` back to whoever sent `request`."""
    response = _response(answer, request)
    response["X-Content-Type-Options"] = "nosniff"
    response.setdefault("Cache-Control", "private, no-cache")
    if "If-None-Match" in request.headers and response.status_code == 200:
        response = _tagged(response, request.headers["If-None-Match"])
    return _without_body(response) if request.method == "HEAD" else response


def _response(answer: Answer, request: HttpRequest) -> HttpResponseBase:
    match answer:
        case Json(data, status, headers):
            content, content_type = _encoded(data, request)
            return HttpResponse(content, content_type, status, headers=headers)
        case Stream(content, content_type, headers):
            return StreamingHttpResponse(content, content_type=content_type, headers=dict(headers))
        case Text(content, content_type, status, headers):
            return HttpResponse(content, content_type, status, headers=headers)
        case Redirect(location):
            return HttpResponse(status=302, headers={"Location": location})


def _encoded(data: Any, request: HttpRequest) -> tuple[bytes, str]:
    if wants_xml(request):
        return xml(data).encode(), XML_TYPE
    encoded = msgspec.json.encode(data)
    if not _by_machine(request.headers):
        encoded = msgspec.json.format(encoded, indent=4)
    return encoded, JSON_TYPE


def wants_xml(request: HttpRequest) -> bool:
    """Whether the client accepts XML and not JSON."""
    accept = request.headers.get("Accept", "")
    return "application/xml" in accept and "json" not in accept and "html" not in accept


def _by_machine(headers: Mapping[str, str]) -> bool:
    """People read indented JSON; MISP's own clients and scripts of a page get it compact."""
    if headers.get("User-Agent", "").startswith(MACHINES):
        return True
    return headers.get("X-Requested-With", "") == "XMLHttpRequest"


def _tagged(response: HttpResponseBase, wanted: str) -> HttpResponseBase:
    """`response` with its ETag, or 304 when the client's own (`wanted`, a list) says the same."""
    whole = _whole(response)
    tag = f'"{hashlib.sha1(whole.content, usedforsecurity=False).hexdigest()}"'
    candidates = {ENCODED_TAG.sub('"', part.strip().removeprefix("W/")) for part in wanted.split(",")}
    if tag in candidates:
        return HttpResponse(status=304, headers={"ETag": tag})
    whole["ETag"] = tag
    return whole


def _whole(response: HttpResponseBase) -> HttpResponse:
    if isinstance(response, HttpResponse):
        return response
    content = b"".join(response)
    response.close()
    return HttpResponse(content, headers=dict(response.items()))


def _without_body(response: HttpResponseBase) -> HttpResponse:
    """HEAD: the same status and headers. A streamed body is closed unread, so it costs nothing."""
    headers = dict(response.items())
    if isinstance(response, HttpResponse):
        headers["Content-Length"] = str(len(response.content))
    response.close()
    return HttpResponse(status=response.status_code, headers=headers)


def xml(data: Any) -> str:
    """`data` as MISP writes XML: a member is an element, a list repeats it, true and false are 1 and 0."""
    return XML_START + "".join(_members(data)) + "</response>\n"


def _members(data: Any) -> Iterator[str]:
    members = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in members:
        name = str(key) if XML_NAME.fullmatch(str(key)) else "item"
        for single in value if isinstance(value, list) else [value]:
            yield f"<{name}>{_content(single)}</{name}>"


def _content(value: Any) -> str:
    if isinstance(value, dict | list):
        return "".join(_members(value))
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else escape(NOT_XML.sub("", str(value)))
