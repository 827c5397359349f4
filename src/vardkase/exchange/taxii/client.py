"""TAXII 2.1 client for external servers, on top of the outgoing HTTP client.

The reference client (taxii2-client) opens its own connections, whose addresses could not be checked; the five requests
that are needed are implemented here.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode, urljoin

import msgspec

from vardkase.core import json_limits
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.field_parsers import origin
from vardkase.exchange.http import MEBIBYTE, Method, RequestPolicy, fetch
from vardkase.exchange.request_retries import with_retries
from vardkase.exchange.taxii.models import KEYS, TaxiiServer
from vardkase.exchange.taxii.problems import TaxiiServerProblem

MEDIA_TYPE = "application/taxii+json;version=2.1"
LAST_ADDED = "x-taxii-date-added-last"


class TaxiiRefused(OutgoingFailed):
    """The server answered with an error; `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        problem = TaxiiServerProblem.REFUSED(status=status, said=message)
        super().__init__(problem if message else TaxiiServerProblem.REFUSED_SILENTLY(status=status))


@dataclass(frozen=True, slots=True)
class TaxiiEnvelope:
    """A page of objects; `last` is when the newest was added, as the server writes it, "" if not given."""

    objects: list[Any]
    more: bool
    next: str
    last: str


@dataclass(frozen=True, slots=True)
class TaxiiClient:
    """An external TAXII server. `patient` ones, for background work, retry after temporary errors."""

    baseurl: str
    api_root: str = ""
    key: str = ""
    patient: bool = False

    @classmethod
    def of(cls, server: TaxiiServer, *, patient: bool = False) -> TaxiiClient:
        return cls(server.baseurl, server.api_root, KEYS.decrypt(server.encrypted_key), patient)

    def api_roots(self) -> list[str]:
        # People enter the server's address with or without the path of the discovery resource (section 4.1).
        base = self.baseurl.rstrip("/")
        discovery = f"{base}/" if base.endswith("/taxii2") else f"{base}/taxii2/"
        found = self._ask("GET", discovery)[0].get("api_roots")
        return [str(root) for root in found if isinstance(root, str)] if isinstance(found, list) else []

    def collections(self) -> list[dict[str, Any]]:
        found = self._ask("GET", self._address("collections/"))[0].get("collections")
        listed = found if isinstance(found, list) else []
        return [collection for collection in listed if isinstance(collection, dict)]

    def objects(self, collection: str, **parameters: str | int) -> TaxiiEnvelope:
        return self._envelope(f"collections/{quote(collection, safe='')}/objects/", parameters)

    def one_object(self, collection: str, stix_id: str) -> TaxiiEnvelope:
        path = f"collections/{quote(collection, safe='')}/objects/{quote(stix_id, safe='')}/"
        return self._envelope(path, {})

    def add(self, collection: str, objects: list[Any]) -> dict[str, Any]:
        address = self._address(f"collections/{quote(collection, safe='')}/objects/")
        return self._ask("POST", address, msgspec.json.encode({"objects": objects}))[0]

    def _envelope(self, path: str, parameters: Mapping[str, str | int]) -> TaxiiEnvelope:
        query = f"?{urlencode(parameters)}" if parameters else ""
        found, headers = self._ask("GET", self._address(path) + query)
        objects = found.get("objects")
        return TaxiiEnvelope(
            objects if isinstance(objects, list) else [],
            found.get("more") is True,
            str(found.get("next") or ""),
            headers.get(LAST_ADDED, ""),
        )

    def _address(self, path: str) -> str:
        root = urljoin(self.baseurl.rstrip("/") + "/", self.api_root).rstrip("/")
        # The server chooses its API root: without this check it could direct our key to another server.
        if origin(root) != origin(self.baseurl):
            raise OutgoingFailed(TaxiiServerProblem.ROOT_ELSEWHERE())
        return f"{root}/{path}"

    def _ask(
        self, method: Method, url: str, body: bytes | None = None
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
        if self.key:
            headers["Authorization"] = authorization(self.key)
        ask = partial(fetch, method, url, headers=headers, body=body, policy=POLICY)
        # Repeating a write is safe: it stores the same object.
        reply = with_retries(ask) if self.patient else ask()
        try:
            answer = json_limits.decoded(reply.content)
        except ValueError:
            answer = None  # Errors of a proxy in between are HTML: then the status has to say enough.
        if not 200 <= reply.status < 300:
            texts = (answer.get("title"), answer.get("description")) if isinstance(answer, dict) else ()
            raise TaxiiRefused(reply.status, ": ".join(str(text)[:300] for text in texts if text))
        if not isinstance(answer, dict):
            raise OutgoingFailed(TaxiiServerProblem.NOT_TAXII())
        return answer, reply.headers


POLICY = RequestPolicy(timeout=60.0, seconds=180.0, limit=64 * MEBIBYTE)


def authorization(key: str) -> str:
    """The header for a key: ``name:password`` is basic authentication, anything else is sent unchanged."""
    if ":" in key and " " not in key:
        return "Basic " + b64encode(key.encode()).decode()
    return key
