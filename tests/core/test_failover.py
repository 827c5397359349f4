"""What a lost database does to requests: reading is repeated, writing is not, and nobody is told that it was stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.factories.seed import Seed
from vardkase.api import dispatch, registry
from vardkase.api.request import route_of
from vardkase.core import retries
from vardkase.core.database import pool
from vardkase.core.database.postgresql import base
from vardkase.core.failover import repeated_after_failover
from vardkase.core.outages import outage_of
from vardkase.core.problems import CommonProblem
from vardkase.core.sql import async_commits, cursor
from vardkase.web.ui import outages

DIE = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    yield
    connection.close()


class Dying:
    """Work that loses the database the first `times` that it is done."""

    def __init__(self, times: int) -> None:
        self.times, self.done = times, 0

    def __call__(self) -> int:
        self.done += 1
        return int(cursor().execute(DIE if self.done <= self.times else "SELECT 7").fetchall()[0][0])


@pytest.mark.django_db(transaction=True)
def test_reading_is_repeated_and_writing_is_not() -> None:
    assert repeated_after_failover(Dying(2), lambda: True) == 7
    writing = Dying(1)
    with pytest.raises(Exception, match="terminating connection") as lost:
        repeated_after_failover(writing, lambda: False)
    assert writing.done == 1
    outage = outage_of(lost.value)
    assert outage
    assert outage.has(CommonProblem.DATABASE_UNAVAILABLE)
    for_ever = Dying(99)
    with pytest.raises(Exception, match="terminating connection"):
        repeated_after_failover(for_ever, lambda: True)
    assert for_ever.done == 1 + (retries.FAILOVER.retries or 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at_commit", [DIE, "RAISE WARNING 'canceling wait'"])
def test_commit_without_confirmation_is_not_said_to_be_stored(
    monkeypatch: pytest.MonkeyPatch, at_commit: str
) -> None:
    """The connection breaks, or a replica's confirmation is no longer waited for."""
    monkeypatch.setattr(base, "WAITING_FOR_REPLICAS", "exec_stmt_raise")
    done = at_commit if at_commit.startswith("RAISE") else f"PERFORM {at_commit.removeprefix('SELECT ')}"
    cursor().execute(f"""
        CREATE TEMPORARY TABLE stored (number int);
        CREATE FUNCTION pg_temp.at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {done}; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON stored DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION pg_temp.at_commit();
    """)
    with pytest.raises(DatabaseError) as unknown, transaction.atomic():
        cursor().execute("INSERT INTO stored VALUES (1)")
    outage = outage_of(unknown.value)
    assert outage
    assert outage.has(CommonProblem.OUTCOME_UNKNOWN)


@pytest.mark.django_db(transaction=True)
def test_api_and_pages_read_again_and_answer_503_to_a_write(
    monkeypatch: pytest.MonkeyPatch, seed: Seed, client: Client
) -> None:
    registry.controllers()  # Declares the endpoints.

    def losing(path: str, method: str, times: int) -> tuple[Any, Dying]:
        name = route_of(method, path).name
        dying, known = Dying(times), dispatch._endpoints[name]
        handler = known.handler

        def handle(*given: Any, **inputs: Any) -> Any:
            dying()
            return handler(*given, **inputs)

        monkeypatch.setattr("vardkase.api.dispatch.is_available", lambda _handler: True)
        monkeypatch.setitem(dispatch._endpoints, name, replace(known, handler=handle))
        headers = {"Authorization": seed.org_admin.key, "Accept": "application/json"}
        body = {"info": "not stored"}
        return client.generic(
            method, path, json.dumps(body), content_type="application/json", headers=headers
        ), dying

    answer, dying = losing("/servers/getVersion", "GET", 1)
    assert (answer.status_code, dying.done) == (200, 2)
    answer, dying = losing("/events/add", "POST", 1)
    assert (answer.status_code, dying.done) == (503, 1)
    assert answer.headers["Retry-After"]
    assert answer.json().keys() == {"name", "message", "url"}

    # Pages: the answer to what fails anywhere in Django, and its repetition.
    def page(times: int, method: str) -> tuple[Any, Dying]:
        dying = Dying(times)

        def view(request: Any) -> Any:
            try:
                return dying() and HttpResponse("there")
            except Exception:  # noqa: BLE001 - as Django does
                return outages.failed(request)

        return outages.ReadAgain(view)(getattr(RequestFactory(), method)("/")), dying

    answer, dying = page(1, "get")
    assert (answer.status_code, dying.done) == (200, 2)
    answer, dying = page(1, "post")
    assert (answer.status_code, dying.done, bool(answer.headers["Retry-After"])) == (503, 1, True)


@pytest.mark.django_db(transaction=True)
def test_web_process_takes_the_pool_and_a_session_of_its_own_where_it_must(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = connections.settings["default"]
    monkeypatch.setattr(connections, "settings", {"default": dict(settings)})
    monkeypatch.setenv("DATABASE_URL", "postgresql://hub@database:5000/vardkase")
    monkeypatch.setenv("DATABASE_POOL_URL", "postgresql://hub@pool:6432/vardkase")
    pool.use_pool()
    used = connections.settings["default"]
    assert (used["HOST"], used["PORT"], used[pool.DIRECT]["HOST"]) == ("pool", "6432", settings["HOST"])
    wrapper = base.DatabaseWrapper(used, "default")
    monkeypatch.setattr(base._limits, "statement_seconds", 60)
    parameters = wrapper.get_connection_params()
    assert (parameters["dbname"], "options" in parameters) == ("vardkase_60s", False)
    monkeypatch.setattr(base._limits, "statement_seconds", 0)
    own = connections["default"]
    monkeypatch.setattr(own, "settings_dict", {**used, pool.DIRECT: own.settings_dict})
    with async_commits():
        assert cursor().execute("SHOW synchronous_commit").fetchall() == [("off",)]
        assert own.settings_dict["HOST"] == settings["HOST"]
    assert own.settings_dict["HOST"] == "pool"
    monkeypatch.undo()  # Before the connection is closed.
