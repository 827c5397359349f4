"""MISP's XML conventions: members are elements, lists repeat them, booleans are 1 and 0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

START = '<?xml version="1.0" encoding="UTF-8"?>\n<response>'
END = "</response>\n"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


def text(value: str) -> str:
    """`value` for an element or an attribute; characters not allowed in XML become spaces."""
    return escape(NOT_XML.sub(" ", value), {'"': "&quot;"})


def document(data: Any) -> str:
    return START + "".join(_members(data)) + END


def element(name: str, value: Any) -> str:
    if not NAME.fullmatch(name):
        name = "item"  # A key of someone's JSON need not be a name in XML.
    items = value if isinstance(value, list) and value else [value]
    return "".join(
        f"<{name}>{content}</{name}>" if (content := _content(item)) else f"<{name}/>" for item in items
    )


def _content(value: Any) -> str:
    if isinstance(value, dict | list):
        return "".join(_members(value))
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else text(str(value))


def _members(data: Any) -> Iterator[str]:
    members = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in members:
        yield element(str(name), value)
