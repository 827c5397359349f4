"""A TAXII request: caller, resource and content."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from vardkase.api.body import plain_body
from vardkase.api.taxii.caller import caller
from vardkase.api.taxii.messages import TaxiiError, is_taxii
from vardkase.core import json_limits
from vardkase.core.body_limits import BodyLimits
from vardkase.identity.access.actor import Actor

LIMITS = BodyLimits.FILES
"""Of an envelope: clients with more send several."""


class TaxiiCall:
    def __init__(self, request: HttpRequest) -> None:
        self.who = caller(request)
        self._request = request

    @property
    def actor(self) -> Actor:
        return self.who.actor

    @property
    def parameters(self) -> dict[str, str]:
        return self._request.GET.dict()

    @property
    def base_url(self) -> str:
        return settings.BASE_URL or self._request.build_absolute_uri("/").rstrip("/")

    @cached_property
    def envelope(self) -> dict[str, Any]:
        """The body. Raises TaxiiError unless it is a JSON object of TAXII's media type within the size limit."""
        if not is_taxii(self._request.headers.get("Content-Type", "")):
            raise TaxiiError(415, "Unsupported media type", "Send application/taxii+json;version=2.1.")
        try:
            decoded = json_limits.decoded(plain_body(self._request, LIMITS))
        except ValueError as error:
            raise TaxiiError(400, "Bad request", "The body is not JSON.") from error
        if not isinstance(decoded, dict):
            raise TaxiiError(400, "Bad request", "The body is not an envelope.")
        return decoded


def max_content_length() -> int:
    return LIMITS.bytes
