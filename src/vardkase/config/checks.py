"""Checks for settings that are acceptable for testing but unsafe in production; `vardkase check` lists them."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error

OPEN_TO_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IRWXO
"""What nobody else may do with the data folder. Passing through is left to the group that its database server has."""
SHORTEST_SECRET = 32
LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})
TLS_MODES = frozenset({"require", "verify-ca", "verify-full"})


def unsafe_settings(app_configs: object = None, **_options: Any) -> list[CheckMessage]:
    """An error for each unsafe setting; its id ends with the name of the variable to change."""
    problems = (*check_encryption(), *check_sign_in(), *check_secrets(), *check_database(), *check_mail())
    return [Error(message, hint=hint, id=f"vardkase.{name}") for name, message, hint in problems]


type Problem = tuple[str, str, str]


def check_encryption() -> Iterator[Problem]:
    if not settings.BASE_URL:
        yield (
            "VARDKASE_BASE_URL",
            "Links in mail and letters have no host: nobody can follow them. Cookies and keys may travel unencrypted.",
            "Set it to the https address that people use; a reverse proxy holds the certificate.",
        )
    elif not settings.BASE_URL.startswith("https://"):
        yield (
            "VARDKASE_BASE_URL",
            "Session cookies and API keys may travel unencrypted.",
            "Set it to the https address that people use; a reverse proxy holds the certificate.",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield (
            "VARDKASE_ALLOWED_HOSTS",
            "Any host name is accepted, so a forged one may end up in links.",
            "Set it to the host names that people use, separated by commas.",
        )


def check_sign_in() -> Iterator[Problem]:
    if not settings.REQUIRE_SECOND_FACTOR:
        yield (
            "VARDKASE_REQUIRE_SECOND_FACTOR",
            "A password alone opens the web pages.",
            "Remove it, or set it to true.",
        )
    if settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN:
        yield "VARDKASE_INSECURE_ORIGIN", "Passkeys are accepted from unencrypted pages.", "Remove it."
    if settings.DEBUG:
        yield (
            "DEBUG",
            "Error pages show code and settings to everybody.",
            "Set DEBUG to False in the settings.",
        )


def check_secrets() -> Iterator[Problem]:
    for name, secret in {
        "VARDKASE_SECRET_KEY": settings.SECRET_KEY,
        "VARDKASE_CORRELATION_SECRET": settings.CORRELATION_SECRET,
    }.items():
        if len(secret) < SHORTEST_SECRET:
            yield (
                name,
                f"A secret of under {SHORTEST_SECRET} characters can be guessed.",
                "Remove it to have one made.",
            )
    folder = Path(settings.DATA_DIR)
    if folder.exists() and folder.stat().st_mode & OPEN_TO_OTHERS:
        yield (
            "VARDKASE_DATA_DIR",
            f"Other accounts can look into {folder}.",
            f"chmod 700 {folder}, or start the hub, which does so.",
        )
    for file in sorted(folder.glob("secrets/*")):
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield "VARDKASE_DATA_DIR", f"Other accounts can read {file}.", f"chmod 600 {file}"


def check_database() -> Iterator[Problem]:
    database = settings.DATABASES["default"]
    host = str(database["HOST"])
    # A host that begins with a slash is the folder of a Unix socket.
    local = host in LOCAL or host.startswith("/")
    if not local and database["OPTIONS"].get("sslmode") not in TLS_MODES:
        yield (
            "DATABASE_URL",
            f"The connection to {urlsplit(f'//{host}').hostname} may be unencrypted.",
            "Add ?sslmode=verify-full to it.",
        )


def check_mail() -> Iterator[Problem]:
    if not settings.VARDKASE_SMTP_HOST:
        yield (
            "VARDKASE_SMTP_HOST",
            "The hub sends no mail: no applicant, administrator or officer gets a link, and decisions go by post.",
            "Set it to the mail server, and VARDKASE_MAIL_FROM to the sender.",
        )
    if settings.VARDKASE_SMTP_SECURITY == "none" and settings.VARDKASE_SMTP_HOST not in LOCAL:
        yield (
            "VARDKASE_SMTP_SECURITY",
            "Mail, and the password for the mail server, travel unencrypted.",
            "Set it to starttls or tls.",
        )
