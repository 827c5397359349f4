"""A real OpenID Connect provider on this machine: discovery, sign-in, token and keys. Tests can make it misbehave."""

from __future__ import annotations

import hashlib
import json
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from tests.exchange.servers import Running, serving

CLIENT, SECRET = "hub", "the client's secret: 1%"


@cache
def key_of(name: str) -> RSAPrivateKey:
    """A key pair; the same name always gives the same one."""
    assert name
    return generate_private_key(65537, 2048)


@dataclass(slots=True)
class Provider:
    """The provider's responses, which tests change. `claims` replace those of an honest token.

    `sign` makes the token; `disturb` may answer a request (by path) in another way and returns whether it did.
    """

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    disturb: Callable[[str, BaseHTTPRequestHandler], bool] = lambda _path, _handler: False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    running: Running = field(default_factory=lambda: Running(""))

    def sign_in(self, link: str, email: str, **changed: Any) -> str:
        """What a browser with a signed-in user does on opening `link`: returns the address it is redirected to."""
        parts = urlsplit(link)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.url}/authorize"
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = f"code {len(self.codes)}"
        self.codes[code] = asked | {"email": email}
        answer = {"code": code, "state": asked["state"], **changed}
        return asked["redirect_uri"] + "?" + urlencode({k: v for k, v in answer.items() if v is not None})

    def honest_claims(self, asked: dict[str, str]) -> dict[str, Any]:
        """The claims of an honest provider about the user."""
        now = int(time.time())
        return {
            "iss": self.url, "sub": "248289761001", "aud": asked["client_id"], "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "email": asked["email"], "email_verified": True,
        }  # fmt: skip

    def signed(self, claims: dict[str, Any]) -> str:
        """A token with the provider's own key."""
        return jwt.encode(claims, key_of("own"), algorithm="RS256", headers={"kid": "own"})

    def keys(self) -> dict[str, Any]:
        """The public keys."""
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key_of("own").public_key()))
        return {"keys": [jwk | {"kid": "own", "use": "sig", "alg": "RS256"}]}

    def discovery(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            **self.metadata,
        }

    def token(self, form: dict[str, str], header: str) -> tuple[int, dict[str, Any]]:
        """The response of the token endpoint: a code works once, for the client that began, with secret and
        verifier.
        """
        asked = self.codes.pop(form["code"], None)
        pair = b64decode(header.removeprefix("Basic ")).decode().replace("+", " ")
        challenge = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        right = (
            asked is not None
            and pair == f"{CLIENT}:the client%27s secret%3A 1%25"
            and challenge.decode() == asked["code_challenge"]
            and form["redirect_uri"] == asked["redirect_uri"]
        )
        if asked is None or not right:
            return 400, {"error": "invalid_grant"}
        claims = {k: v for k, v in (self.honest_claims(asked) | self.claims).items() if v is not None}
        return 200, {
            "token_type": "Bearer",
            "access_token": "x",
            "id_token": (self.sign or self.signed)(claims),
        }

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        path = urlsplit(handler.path).path
        if self.disturb(path, handler):
            return
        if path == "/authorize":  # The user that the hub expects is already signed in.
            hint = parse_qs(urlsplit(handler.path).query)["login_hint"][0]
            write(handler, b"", 302, Location=self.sign_in(self.url + handler.path, hint))
            return
        if path == "/token":
            body = self.running.requests[-1][3].decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, found = self.token(form, handler.headers.get("Authorization", ""))
        else:
            known = {"/.well-known/openid-configuration": self.discovery, "/keys": self.keys}
            status, found = (200, known[path]()) if path in known else (404, {})
        write(handler, json.dumps(found).encode(), status)


def write(handler: BaseHTTPRequestHandler, content: bytes, status: int = 200, **headers: str) -> None:
    """Send a complete response."""
    handler.send_response(status)
    for name, value in {
        "Content-Length": str(len(content)),
        "Content-Type": "application/json",
        **headers,
    }.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(content)


@contextmanager
def openid_provider() -> Iterator[Provider]:
    """A provider that runs for the length of a block."""
    provider = Provider()
    with serving(provider.answer) as running:
        provider.url, provider.running = running.url, running
        yield provider
