"""Checks for settings that are acceptable for testing but unsafe in production; `vardkase check` lists them."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error

from vardkase.config.problems import UnsafeSettingProblem as Unsafe
from vardkase.config.problems import UnsafeSettingRemedy as Remedy
from vardkase.core.problems import Problem

OPEN_TO_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IRWXO
"""What nobody else may do with the data folder. Passing through is left to the group that its database server has."""
SHORTEST_SECRET = 32
LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})
TLS_MODES = frozenset({"require", "verify-ca", "verify-full"})

type Found = tuple[str, Problem, Problem]
"""The variable to change, what is wrong with it, and what to do."""


def unsafe_settings(app_configs: object = None, **_options: Any) -> list[CheckMessage]:
    """An error for each unsafe setting; its id ends with the name of the variable to change. Message and hint are
    problems, worded in the language of the reader."""
    found = (*check_encryption(), *check_sign_in(), *check_secrets(), *check_database(), *check_mail())
    return [Error(problem, hint=remedy, id=f"vardkase.{name}") for name, problem, remedy in found]  # type: ignore[arg-type]


def check_encryption() -> Iterator[Found]:
    if not settings.BASE_URL:
        yield "VARDKASE_BASE_URL", Unsafe.NO_ADDRESS(), Remedy.SET_ADDRESS()
    elif not settings.BASE_URL.startswith("https://"):
        yield "VARDKASE_BASE_URL", Unsafe.UNENCRYPTED_PAGES(), Remedy.SET_ADDRESS()
    if "*" in settings.ALLOWED_HOSTS:
        yield "VARDKASE_ALLOWED_HOSTS", Unsafe.ANY_HOST(), Remedy.SET_HOSTS()


def check_sign_in() -> Iterator[Found]:
    if not settings.REQUIRE_SECOND_FACTOR:
        yield "VARDKASE_REQUIRE_SECOND_FACTOR", Unsafe.PASSWORD_ALONE(), Remedy.REMOVE_OR_TRUE()
    if settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN:
        yield "VARDKASE_INSECURE_ORIGIN", Unsafe.UNENCRYPTED_PASSKEYS(), Remedy.REMOVE()
    if settings.DEBUG:
        yield "DEBUG", Unsafe.ERRORS_SHOWN(), Remedy.NO_DEBUG()


def check_secrets() -> Iterator[Found]:
    for name, secret in {
        "VARDKASE_SECRET_KEY": settings.SECRET_KEY,
        "VARDKASE_CORRELATION_SECRET": settings.CORRELATION_SECRET,
    }.items():
        if len(secret) < SHORTEST_SECRET:
            yield name, Unsafe.SHORT_SECRET(least=SHORTEST_SECRET), Remedy.REMOVE_SECRET()
    folder = Path(settings.DATA_DIR)
    if folder.exists() and folder.stat().st_mode & OPEN_TO_OTHERS:
        yield (
            "VARDKASE_DATA_DIR",
            Unsafe.OPEN_FOLDER(folder=str(folder)),
            Remedy.CLOSE_FOLDER(folder=str(folder)),
        )
    for file in sorted(folder.glob("secrets/*")):
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield "VARDKASE_DATA_DIR", Unsafe.OPEN_FILE(file=str(file)), Remedy.CLOSE_FILE(file=str(file))


def check_database() -> Iterator[Found]:
    database = settings.DATABASES["default"]
    host = str(database["HOST"])
    # A host that begins with a slash is the folder of a Unix socket.
    local = host in LOCAL or host.startswith("/")
    if not local and database["OPTIONS"].get("sslmode") not in TLS_MODES:
        name = urlsplit(f"//{host}").hostname
        yield "DATABASE_URL", Unsafe.UNENCRYPTED_DATABASE(host=name), Remedy.VERIFY_DATABASE()


def check_mail() -> Iterator[Found]:
    if not settings.VARDKASE_SMTP_HOST:
        yield "VARDKASE_SMTP_HOST", Unsafe.NO_MAIL(), Remedy.SET_MAIL_SERVER()
    if settings.VARDKASE_SMTP_SECURITY == "none" and settings.VARDKASE_SMTP_HOST not in LOCAL:
        yield "VARDKASE_SMTP_SECURITY", Unsafe.UNENCRYPTED_MAIL(), Remedy.ENCRYPT_MAIL()
