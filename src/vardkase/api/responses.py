"""Converts a result to an HTTP response: encoding, entity tags, HEAD, streaming."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from vardkase.api.answers import JSON_TYPE, Answer, Json, Redirect, Stream, Text
from vardkase.core.problems import Problem, wire
from vardkase.formats import xml

XML_TYPE = "application/xml; charset=UTF-8"
ENCODED_TAG = re.compile(r'-(?:br|gzip)"$')
MACHINES = ("PyMISP", "MISP")


def response_of(answer: Answer, request: HttpRequest) -> HttpResponseBase:
    known_tags = request.META.get("HTTP_IF_NONE_MATCH")
    if isinstance(answer, Stream) and (request.method == "HEAD" or known_tags is not None):
        # A stream as one body. `unread`: a HEAD request, which then costs nothing and has no Content-
        # Length.
        body = b"" if (request.method == "HEAD") else b"".join(answer.content)
        if isinstance(answer.content, Generator):
            answer.content.close()
        answer = Text(body, answer.content_type, headers=answer.headers)
    response = _response(answer, request)
    response["X-Content-Type-Options"] = "nosniff"
    response.setdefault("Cache-Control", "private, no-cache")
    if isinstance(response, HttpResponse) and known_tags is not None and response.status_code == 200:
        response = _tagged(response, known_tags)
    if request.method != "HEAD":
        return response
    # HEAD: the same status and headers, with the Content-Length where the body was produced.
    about = dict(response.items())
    if isinstance(response, HttpResponse) and response.content:
        about["Content-Length"] = str(len(response.content))
    return HttpResponse(status=response.status_code, headers=about)


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
        return xml.document(wire(data)).encode(), XML_TYPE
    encoded = msgspec.json.encode(data, enc_hook=_encodable)
    # Browsers get it indented, as from MISP; MISP's own clients and scripts of a page get it compact.
    agent = request.META.get("HTTP_USER_AGENT", "")
    by_script = request.META.get("HTTP_X_REQUESTED_WITH") == "XMLHttpRequest"
    if not agent.startswith(MACHINES) and not by_script:
        encoded = msgspec.json.format(encoded, indent=4)
    return encoded, JSON_TYPE


def _encodable(value: object) -> str:
    if isinstance(value, Problem):
        return value.wire
    raise TypeError(f"{type(value)} cannot be encoded")


def wants_xml(request: HttpRequest) -> bool:
    accept = request.META.get("HTTP_ACCEPT", "")
    return "application/xml" in accept and "json" not in accept and "html" not in accept


def _tagged(response: HttpResponse, known_tags: str) -> HttpResponse:
    """`response` with its ETag, or 304 if it matches one in `wanted`, the client's list."""
    # Not for security: a tag only tells two answers apart.
    tag = f'"{hashlib.sha1(response.content, usedforsecurity=False).hexdigest()}"'
    candidates = {ENCODED_TAG.sub('"', part.strip().removeprefix("W/")) for part in known_tags.split(",")}
    if tag in candidates:
        return HttpResponse(status=304, headers={"ETag": tag})
    response["ETag"] = tag
    return response
