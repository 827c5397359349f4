"""Request headers for feeds; they may contain keys, so their values are never shown again."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.exchange.feeds.problems import FeedProblem

MASK = "*****"
LONGEST = 8_000
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
# Visible ASCII alone: a line break in a value would start another header.
VALUE = re.compile(r"[\t\x20-\x7e]*")

type Headers = list[tuple[str, str]]


def header_lines(text: Any) -> Headers:
    """The headers in a text with one on each line. Raises Invalid."""
    if text is not None and not isinstance(text, str):
        raise Invalid(FeedProblem.HEADERS_NOT_TEXT())
    if len(text or "") > LONGEST:
        raise Invalid(FeedProblem.HEADERS_TOO_LONG(most=LONGEST))
    found = []
    for line in filter(None, (text or "").replace("\r", "\n").split("\n")):
        header, colon, value = line.partition(":")
        if not colon or not NAME.fullmatch(header.strip()) or not VALUE.fullmatch(value.strip()):
            raise Invalid(FeedProblem.BAD_HEADER())
        found.append((header.strip(), value.strip()))
    return found


def merged(wanted: Headers, stored: str) -> str:
    """`wanted` as lines, with the stored value wherever the mask was sent back."""
    kept = {header.lower(): value for header, value in header_lines(stored)}
    lines = [(header, kept.get(header.lower(), "") if value == MASK else value) for header, value in wanted]
    return "\n".join(f"{header}: {value}" for header, value in lines)


def basic_authentication(name: str, password: str) -> str:
    """The header line for HTTP basic authentication (RFC 7617, UTF-8)."""
    credentials = b64encode(f"{name}:{password}".encode()).decode()
    return f"Authorization: Basic {credentials}"


def masked_lines(stored: str) -> str | None:
    return "\n".join(f"{header}: {MASK}" for header, _ in header_lines(stored)) or None
