"""The address that attempts are counted under: a subscriber with one IPv6 network has 2^64 addresses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.api.calls import send
from vardkase.api import authentication
from vardkase.api.membership.enrolments import TRIES
from vardkase.api.users.registrations import REQUESTS
from vardkase.core.addresses import counted_as
from vardkase.hub.customer_service import services as customer_service

NEIGHBOURS = [f"2001:db8:7:8::{number:x}" for number in range(1, 80)]
"""Addresses that a single subscriber can use in turn."""
ELSEWHERE = "2001:db8:7:9::1"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:7:8:ffff::1", "2001:db8:7:8::"),
        ("fe80::1%eth0", "fe80::"),
        (None, ""),
        ("nowhere", "nowhere"),
    ],
)
def test_ipv6_addresses_are_counted_by_subscriber_network(address: str | None, counted: str) -> None:
    assert counted_as(address) == counted


def _key(address: str) -> int:
    return send("x" * 40, "GET", "/servers/getVersion", REMOTE_ADDR=address).status_code


def _api(path: str, body: dict[str, str]) -> Callable[[str], int]:
    return lambda address: send(None, "POST", path, body, REMOTE_ADDR=address).status_code


def _link(name: str) -> Callable[[str], int]:
    return lambda address: Client(REMOTE_ADDR=address).post(reverse(name), {"secret": "x" * 43}).status_code


def _form(name: str, /, **fields: str) -> Callable[[str], int]:
    """A form, each time about another mailbox, since mailboxes are counted as well."""

    def post(address: str) -> int:
        data = fields | {"email": f"n{address.replace(':', 'x')}@kommun.example"}
        return Client(REMOTE_ADDR=address).post(reverse(name), data).status_code

    return post


SUPPORT = {"kind": "access", "subject": "Hej", "text": "Hej", "name": "Ada"}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("attempt", "allowed"),
    [
        pytest.param(_key, authentication.FAILURES.allowed, id="keys"),
        pytest.param(_api("/users/register", {"email": "nobody"}), REQUESTS.allowed, id="registrations"),
        pytest.param(_api("/enrolments/offer", {"code": "x"}), TRIES.allowed, id="codes"),
        pytest.param(_link("apply_link"), 60, id="private links"),
        pytest.param(_form("apply"), 20, id="applications"),
        pytest.param(
            _form("support_ask", **SUPPORT), customer_service.FROM_ONE_ADDRESS, id="customer service"
        ),
        pytest.param(_form("account_login", login="x@a.example", password="wrong"), 30, id="sign-in"),
        pytest.param(_form("provider_sign_in"), 30, id="sign-in through a provider"),
    ],
)
def test_addresses_of_one_network_are_counted_together(attempt: Callable[[str], int], allowed: int) -> None:
    statuses = [attempt(address) for address in NEIGHBOURS[: allowed + 1]]
    assert 429 not in statuses[:allowed], statuses
    assert statuses[-1] == 429, statuses
    assert attempt(ELSEWHERE) != 429
