"""Values in requests that MISP's clients and pages write in more than one way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vardkase.api.request import Call
from vardkase.core import json_limits


def upload_options(call: Call, model: str = "Event") -> Callable[..., Any]:
    """Options sent along with a document, by name and default.

    They are read from the path, the query or a form, never from a JSON body, which is the document itself.
    """
    fields = call.data(model) if call.headers.get("Content-Type", "").startswith("multipart/") else {}
    return lambda name, default=None: fields.get(name, call.named.get(name, call.query.get(name, default)))


def decoded(value: Any) -> Any:
    """JSON encoded as text inside a form or other JSON, as MISP's pages send it; None if it is not JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json_limits.decoded(value)
    except ValueError:
        return None


def listed(value: Any) -> list[str]:
    """A list of texts: sent as a list, as a list in JSON, or as one value; empty ones are left out."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json_limits.decoded(value)
        except ValueError:
            value = [value]
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items if item not in (None, "")]


def as_text(value: Any) -> str:
    """`value` if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""
