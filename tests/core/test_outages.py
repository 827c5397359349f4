"""What cannot be done because of the machine: clients are told when to come again, people get a page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.utils import OperationalError

from tests.api.calls import answer, send
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from vardkase.core.sql import cursor
from vardkase.web.home import views

UNAVAILABLE = "This hub’s database cannot be used at the moment."


@pytest.mark.django_db
def test_read_only_database_refuses_a_write_and_says_when_to_come_again(seed: Seed) -> None:
    cursor().execute("SET TRANSACTION READ ONLY")
    refused = send(seed.analyst.key, "POST", "/events/add", {"info": "New"})
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert answer(refused) == {"name": UNAVAILABLE, "message": UNAVAILABLE, "url": "/events/add"}


@pytest.mark.usefixtures("password_is_enough")
def test_page_says_that_the_database_is_gone(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    person = signed_in(seed.analyst.user)
    person.raise_request_exception = False
    monkeypatch.setattr(views, "_news", gone)
    page = person.get("/", headers={"Accept-Language": "sv"})
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    shown = page.content.decode()
    assert "Hubbens databas går inte att använda just nu." in shown
    assert "closed the connection" not in shown


@pytest.mark.django_db(transaction=True)
def test_connection_that_ended_is_closed_at_the_edge_of_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening another there would fail while the server is gone, and nobody could say so to the client."""
    pid = cursor().execute("SELECT pg_backend_pid()").fetchall()[0][0]
    other = connection.copy()
    other.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()
    monkeypatch.setattr(connection, "connect", lambda: pytest.fail("a connection was opened"))
    connection.close_if_unusable_or_obsolete()
    assert connection.connection is None
