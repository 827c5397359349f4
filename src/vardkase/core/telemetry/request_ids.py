"""The id of a request, which follows it into log records, jobs and requests to other systems."""

from __future__ import annotations

import re
import uuid
from contextvars import ContextVar

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
"""What a proxy may call a request. Anything else could forge lines of a log."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request, or of the one that ordered the job, that this thread works on; empty if there is none."""


def new_request_id() -> str:
    return uuid.uuid4().hex


def accepted(text: str) -> str:
    """`text` if it can be a request id, otherwise an empty string."""
    return text if ACCEPTED.fullmatch(text) else ""
