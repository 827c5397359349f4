"""Common parts of notification mail: the link to the hub, and how to unsubscribe."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from vardkase.core.mail.body import Body

CHOICES = "/account/notifications/"
"""The page where people choose what they are mailed."""


def place(path: str) -> str:
    """The full URL of a page; empty while the hub's own address is not configured."""
    return f"{settings.BASE_URL}{path}" if settings.BASE_URL else ""


def headers(kind: str) -> Mapping[str, str]:
    """Headers for mail programs to filter by (RFC 2919) and to unsubscribe (RFC 2369); `kind` is an ASCII
    word."""
    host = urlsplit(settings.BASE_URL).hostname or settings.VARDKASE_MAIL_FROM.rpartition("@")[2]
    found = {"List-Id": f"<{kind}.{host}>"}
    if settings.BASE_URL:
        found["List-Unsubscribe"] = f"<{place(CHOICES)}>"
    return found


def language_of(chosen: str) -> str:
    return chosen or settings.LANGUAGE_CODE


def see_on_the_hub(body: Body, words: str, path: str) -> None:
    if url := place(path):
        body.link(words, url)
