"""What every mail of the hub to its people has: the place to look, and how to get no more of them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from vardkase.core.mail.body import Body

CHOICES = "/account/notifications/"
"""The page where people choose what they are mailed."""


def place(path: str) -> str:
    """The full address of a page here; nothing while the hub does not know how people reach it."""
    return f"{settings.BASE_URL}{path}" if settings.BASE_URL else ""


def headers(kind: str) -> Mapping[str, str]:
    """What mail programs sort by (RFC 2919), and where one stops it (RFC 2369); `kind` is a word of ASCII."""
    host = urlsplit(settings.BASE_URL).hostname or settings.VARDKASE_MAIL_FROM.rpartition("@")[2]
    found = {"List-Id": f"<{kind}.{host}>"}
    if settings.BASE_URL:
        found["List-Unsubscribe"] = f"<{place(CHOICES)}>"
    return found


def language_of(chosen: str) -> str:
    """The language of a person's mail."""
    return chosen or settings.LANGUAGE_CODE


def see_on_the_hub(body: Body, words: str, path: str) -> None:
    """A link to a page here, where the hub knows its own address."""
    if url := place(path):
        body.link(words, url)
