"""What TAXII says over HTTP: media types, answers, and errors as the specification words them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.http import HttpResponse

from vardkase.core.errors import VardkaseError

TAXII = "application/taxii+json;version=2.1"
STIX = "application/stix+json;version=2.1"
RANGE = re.compile(r"\s*application/taxii\+json\s*((?:;[^;]*)*)", re.IGNORECASE)
VERSION = "2.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """A resource to be answered with; `headers` beside the media type."""

    resource: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class TaxiiError(VardkaseError):
    """An error resource with its HTTP `status` (section 3.6 of the specification)."""

    def __init__(
        self, status: int, title: str, description: str = "", *, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.title, self.description = status, title, description
        self.headers = headers or {}
        super().__init__(description or title)

    def answer(self) -> Answer:
        """The error resource; its number finds the line in the log that tells more, if there is one."""
        described = {"description": self.description} if self.description else {}
        numbered = {"error_id": str(uuid.uuid4()), "http_status": str(self.status)}
        return Answer({"title": self.title, **described, **numbered}, self.status, self.headers)


def accepts_taxii(accept: str) -> bool:
    """Whether a client that sends this Accept takes TAXII 2.1: it says so, or names no version."""
    return any(is_taxii(part) for part in accept.split(","))


def is_taxii(media_type: str) -> bool:
    """Whether a media type is that of TAXII, in version 2.1 or none in particular."""
    found = RANGE.fullmatch(media_type.strip())
    if found is None:
        return False
    pairs = (each.partition("=") for each in found[1].split(";") if each.strip())
    parameters = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
    return parameters.get("version", VERSION) == VERSION


def response_of(answer: Answer) -> HttpResponse:
    """The HTTP response that carries `answer`."""
    content = msgspec.json.encode(answer.resource)
    response = HttpResponse(content, content_type=TAXII, status=answer.status, headers=dict(answer.headers))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    return response
