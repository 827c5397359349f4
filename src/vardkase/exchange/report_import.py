"""A page on the web as a report of an event."""

from __future__ import annotations

import re

from django.conf import settings
from markdownify import markdownify

from vardkase.core.errors import Invalid
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import MEBIBYTE, Manner, Reply, fetch
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_reports.services import add_report

LONGEST_PAGE = 8 * MEBIBYTE
CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)
TITLE = re.compile(r"<title[^>]*>([^<]{1,400})</title", re.IGNORECASE)
NOT_TEXT = re.compile(
    r"<(title|script|style|noscript|template|svg|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL
)


def import_report(actor: Actor, event_id: int, url: str, *, name: str = "", distribution: int = 5) -> int:
    """Fetch a page and store it as a report; returns the report's id.

    Raises Invalid when it cannot be fetched or is no text, and what `add_report` raises.
    """
    actor.require_writing()
    actor.require(Permission.ADD)
    reply = _fetched(url)
    text = _decoded(reply)
    title = TITLE.search(text)
    is_html = "html" in reply.headers.get("content-type", "").lower()
    content = markdownify(NOT_TEXT.sub("", text), heading_style="ATX").strip() if is_html else text
    report = {
        "name": name or (title[1].strip() if is_html and title else url),
        "content": f"{content}\n\n---\n{url}\n",
        "distribution": distribution,
    }
    return add_report(actor, event_id, report)


def _fetched(url: str) -> Reply:
    """The page. Any member may name it, so it may not stand where only feeds and connections are looked for."""
    manner = Manner(networks=tuple(settings.VARDKASE_PAGE_NETWORKS), inside=False, limit=LONGEST_PAGE)
    try:
        reply = fetch("GET", url, headers={"Accept": "text/html,text/*"}, manner=manner)
    except OutgoingFailed as failed:
        raise Invalid({"url": [str(failed)]}) from failed
    if reply.status != 200:
        raise Invalid({"url": [f"The page was answered with status {reply.status}."]})
    if not reply.headers.get("content-type", "text/plain").lower().startswith(("text/", "application/xhtml")):
        raise Invalid({"url": ["The page holds no text."]})
    return reply


def _decoded(reply: Reply) -> str:
    found = CHARSET.search(reply.headers.get("content-type", ""))
    try:
        text = reply.content.decode(found[1] if found else "utf-8", "replace")
    except LookupError:
        text = reply.content.decode("utf-8", "replace")
    return text.replace("\0", "")
