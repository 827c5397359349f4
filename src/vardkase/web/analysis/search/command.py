"""A command of the search box, and the page on which it was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Command:
    """`sent`: the fields that are posted to `url`; None where it is a page to open."""

    icon: str
    url: str
    label: str | Promise
    sent: Mapping[str, str] | None = None
    note: str | Promise = ""

    def has(self, words: Iterable[str]) -> bool:
        """Whether its label has all words, in the reader's language and in English together."""
        label = str(self.label)
        with translation.override("en"):
            labels = f"{label} {self.label}".lower()
        return all(word in labels for word in words)

    @property
    def identity(self) -> tuple[str, ...]:
        return (self.url, *(f"{name}={value}" for name, value in sorted((self.sent or {}).items())))


@dataclass(frozen=True, slots=True)
class OpenPage:
    """`address` is its path and query, to come back to."""

    address: str
    query: QueryDict
    match: ResolverMatch


def open_page(request: HttpRequest) -> OpenPage | None:
    # htmx sends the address of the page that is open.
    try:
        parts = urlsplit(request.headers.get("HX-Current-URL", ""))
        match = resolve(parts.path)
    except (ValueError, Resolver404):  # ValueError: no address, such as "http://[".
        return None
    address = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return OpenPage(address, QueryDict(parts.query), match)
