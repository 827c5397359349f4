"""Authentication by API key in Authorization, or by HTTP basic authentication with the key as password."""

from __future__ import annotations

from base64 import b64decode

from django.http import HttpRequest

from vardkase.api.authentication import AUTHENTICATION_FAILED, KEY, Authenticated, authenticate
from vardkase.api.errors import MispError

BASIC = "basic "


def caller(request: HttpRequest) -> Authenticated:
    """The authenticated caller.

    Raises MispError as MISP's API does, also if the user name does not belong to the key.
    """
    header = request.headers.get("Authorization", "").strip()
    if header[: len(BASIC)].lower() != BASIC:
        return authenticate(request)
    name, password = credentials(header[len(BASIC) :])
    authenticated = authenticate(request, [password] if KEY.fullmatch(password) else [])
    if authenticated.actor.name.casefold() != name.casefold():
        raise MispError(403, AUTHENTICATION_FAILED)
    return authenticated


def credentials(encoded: str) -> tuple[str, str]:
    try:
        name, _, password = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # Neither base64 nor UTF-8.
        return "", ""
    return name.strip(), password.strip()
