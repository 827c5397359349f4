"""Location of the database, from the environment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from vardkase.core.database import DatabaseUnavailable, connection_settings
from vardkase.core.database.postgresql.base import limit_statements
from vardkase.core.sql import cursor


def test_url_names_an_external_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://kalle:p%40ss@db.example:5433/hub?sslmode=require")
    assert connection_settings() == {
        "ENGINE": "vardkase.core.database.postgresql",
        "NAME": "hub",
        "USER": "kalle",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_url_may_name_the_folder_of_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://hub@/hub?host=%2Frun%2Fpostgresql&port=5434")
    settings = connection_settings()
    assert (settings["HOST"], settings["PORT"], settings["OPTIONS"]) == ("/run/postgresql", "5434", {})


@pytest.mark.parametrize(
    "url", ["mysql://u:hemligt@h/d", "postgresql://u:hemligt@h", "postgresql://u:hemligt@h:x/d"]
)
def test_invalid_url_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(DatabaseUnavailable) as refusal:
        connection_settings()
    assert "hemligt" not in str(refusal.value)


def test_embedded_server_has_an_address_before_it_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = connection_settings(tmp_path)
    assert (settings["NAME"], settings["HOST"]) == ("vardkase", str(tmp_path))


@pytest.mark.django_db
def test_statement_timeout_applies_per_thread() -> None:
    def ask() -> tuple[str, type[Exception] | None]:
        limit_statements(1)
        try:
            limit = cursor().execute("SHOW statement_timeout").fetchone()[0]
            try:
                cursor().execute("SELECT pg_sleep(20)")
            except psycopg.errors.QueryCanceled as error:
                return limit, type(error)
            return limit, None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(ask).result() == ("1s", psycopg.errors.QueryCanceled)
    assert cursor().execute("SHOW statement_timeout").fetchone() == ("0",), "other threads have none"
