"""servers/cspReport: browsers' reports of Content Security Policy violations."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from vardkase.api.answers import Text
from vardkase.api.body import decoded_body
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.request import Call
from vardkase.core.addresses import counted_as
from vardkase.core.limits import Limit
from vardkase.identity.access.actor import Actor
from vardkase.misp.flags import as_int

logger = logging.getLogger(__name__)

LARGEST = 8 * 1024
"""Bytes; a browser sends one or two thousand."""
DIRECTIVES = ("effective-directive", "violated-directive")
REPORTS = Limit("policy report", allowed=10, window=60)


def count_report(actor: Actor) -> None:
    usage = REPORTS.spend(counted_as(actor.address))
    if usage.is_exceeded:
        wait = {"Retry-After": str(usage.wait)}
        raise MispError(429, "Too many reports. Please try again later.", headers=wait)


@endpoint(
    "servers/cspReport",
    public=True,
    takes_document=True,
    before_body=count_report,
    methods=("POST",),
    describes=Description("POST a browser's report of a violated Content Security Policy.", ("csp-report",)),
)
def csp_report(call: Call) -> Text:
    """Log a report; paths and queries of URLs are left out, as they may hold private data."""
    length = as_int(call.headers.get("Content-Length"))
    if length is None or length > LARGEST:
        # No key is needed here, so a body that does not say its length is not read at all.
        raise MispError(413 if length else 411, f"A report has at most {LARGEST} bytes, and says how many.")
    sent = decoded_body(call.raw, "application/json")
    report = sent.get("csp-report", sent) if isinstance(sent, dict) else {}
    if not isinstance(report, dict) or not any(map(report.get, DIRECTIVES)):
        raise MispError(400, "Expected a report of a violated Content Security Policy (csp-report).")
    directive = next(str(report[name]) for name in DIRECTIVES if report.get(name))
    logger.warning(
        "content security policy: %s kept %s from loading",
        _plain(directive.partition(" ")[0]),
        _origin(report.get("blocked-uri")),
    )
    return Text("", status=204)


def _origin(address: Any) -> str:
    text = str(address or "")
    try:
        parts = urlsplit(text)
    except ValueError:
        return "?"
    return _plain(f"{parts.scheme}://{parts.hostname or ''}" if parts.scheme else text)


def _plain(text: str) -> str:
    """A text of a report without characters that would start a new log line."""
    return "".join(character if character.isprintable() else "?" for character in text[:100])
