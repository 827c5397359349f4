"""Identifies clients for thread quotas: by account and by organisation, whichever credential they use."""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.handlers.wsgi import WSGIRequest

from vardkase.api.authentication import KEY, presented_keys
from vardkase.api.taxii.caller import BASIC, credentials
from vardkase.config.middleware import client_address
from vardkase.core.addresses import counted_as
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.web.sign_in.session_store import SessionStore

REMEMBERED = 10_000
"""Credentials of which one process knows the account."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Client:
    """Who a request counts for: `member` within `group`, each with its own share of a lane's threads."""

    group: str
    member: str

    @classmethod
    def visitor(cls, request: WSGIRequest) -> Self:
        """Somebody without an account: the address counts, of IPv6 its /64."""
        address = counted_as(client_address(request))
        return cls(f"address {address}", f"visitor {address}")

    @classmethod
    def account(cls, user_id: int, org_id: int) -> Self:
        return cls(f"organisation {org_id}", f"account {user_id}")

    @classmethod
    def unidentified(cls, request: WSGIRequest) -> Self:
        """Somebody whose credential is to be looked up: not kept back by what else comes from the address."""
        address = counted_as(client_address(request))
        return cls(f"unidentified {address}", f"unidentified {address}")


class Clients:
    """Accounts of credentials that were used lately. It decides on shares alone: who may enter is asked each time.

    Digests are kept, not credentials; one that belongs to nobody is not kept.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Client] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, request: WSGIRequest) -> Client | None:
        """Who sent `request`; None when that takes a query: `identify` then."""
        credential = credential_of(request)
        if not credential:
            return Client.visitor(request)
        digest = _digest(credential)
        with self._lock:
            if client := self._known.get(digest):
                self._known.move_to_end(digest)
            return client

    def identify(self, request: WSGIRequest) -> Client:
        """Who sent `request`, from the database; a visitor when its credential is none. Raises nothing."""
        try:
            client = owner_of_request(request)
        except Exception:
            logger.exception("the client of a request could not be identified")
            client = None
        if client is None:
            return Client.visitor(request)
        with self._lock:
            self._known[_digest(credential_of(request))] = client
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return client


def credential_of(request: WSGIRequest) -> str:
    """What says who it is: the headers for keys, or the cookie of a session; "" for a visitor."""
    headers = (request.META.get("HTTP_AUTHORIZATION", ""), request.META.get("HTTP_X_MISP_AUTH", ""))
    if any(headers):
        return "\n".join(headers)
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "") if "HTTP_COOKIE" in request.META else ""


def _digest(credential: str) -> bytes:
    return hashlib.sha256(credential.encode()).digest()


def owner_of_request(request: WSGIRequest) -> Client | None:
    authorization = request.META.get("HTTP_AUTHORIZATION", "").strip()
    if authorization[: len(BASIC)].lower() == BASIC:
        _, password = credentials(authorization[len(BASIC) :])
        return owner_of_keys([password] if KEY.fullmatch(password) else [])
    if keys := presented_keys(request):
        return owner_of_keys(keys)
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not session or authorization:
        return None
    user_id = SessionStore(session).get(SESSION_KEY)
    row = User.objects.filter(pk=user_id).values_list("pk", "org_id").first() if user_id else None
    return Client.account(*row) if row else None


def owner_of_keys(keys: list[str]) -> Client | None:
    # Stored keys are found by their first four characters, which are kept in clear, and compared by digest.
    digests = {key[:4]: hashlib.sha256(key.encode()).digest() for key in keys}
    rows = AuthKey.objects.filter(authkey_start__in=digests).values_list(
        "authkey_start", "digest", "user_id", "user__org_id"
    )
    for start, digest, user_id, org_id in rows:
        if hmac.compare_digest(digests[start], bytes(digest)):
            return Client.account(user_id, org_id)
    return None
