"""TAXII over HTTP: media types, responses, and error messages as specified."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.http import HttpResponse

from vardkase.core.errors import VardkaseError
from vardkase.core.problems import CommonProblem

TAXII = "application/taxii+json;version=2.1"
STIX = "application/stix+json;version=2.1"
RANGE = re.compile(r"\s*application/taxii\+json\s*((?:;[^;]*)*)", re.IGNORECASE)
VERSION = "2.1"


@dataclass(frozen=True, slots=True)
class Answer:
    resource: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class TaxiiError(VardkaseError):
    """An error resource with its HTTP `status` (TAXII 2.1, section 3.6)."""

    def __init__(
        self, status: int, title: str, description: str = "", *, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.title, self.description = status, title, description
        self.headers = headers or {}
        super().__init__(CommonProblem.QUOTED(said=description or title))

    def answer(self) -> Answer:
        described = {"description": self.description} if self.description else {}
        numbered = {"error_id": str(uuid.uuid4()), "http_status": str(self.status)}
        return Answer({"title": self.title, **described, **numbered}, self.status, self.headers)


def accepts_taxii(accept: str) -> bool:
    """True if a client with this Accept header takes TAXII 2.1: it names it, or no version."""
    return any(is_taxii(part) for part in accept.split(","))


def is_taxii(media_type: str) -> bool:
    match = RANGE.fullmatch(media_type.strip())
    if match is None:
        return False
    pairs = (pair.partition("=") for pair in match[1].split(";") if pair.strip())
    parameters = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
    return parameters.get("version", VERSION) == VERSION


def response_of(answer: Answer) -> HttpResponse:
    content = msgspec.json.encode(answer.resource)
    response = HttpResponse(content, content_type=TAXII, status=answer.status, headers=dict(answer.headers))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    return response
