"""Imports web pages and files as event reports."""

from __future__ import annotations

import re
from pathlib import PurePath

from django.conf import settings

from vardkase.core.errors import Invalid, by_field
from vardkase.core.limits import Limit
from vardkase.core.problems import CommonProblem
from vardkase.core.sandbox import LimitReached
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import MEBIBYTE, Reply, RequestPolicy, fetch
from vardkase.exchange.problems import PageImportProblem
from vardkase.formats.incoming.file_text import text_of_file
from vardkase.formats.incoming.reading import web_page
from vardkase.formats.incoming.reading_time import reading_time
from vardkase.formats.incoming.text_heads import LONGEST_TITLE, title_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_reports.drafts import LONGEST_CONTENT
from vardkase.intel.event_reports.services import add_report
from vardkase.intel.problems import EventReportProblem

LONGEST_PAGE = 2 * MEBIBYTE
IMPORTS = Limit("report of a web page", allowed=60, window=3600)
"""For each account: a request thread waits for every import."""
CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)


def import_file(
    actor: Actor,
    event_id: int,
    file_name: str,
    content: bytes,
    *,
    name: str = "",
    distribution: int = 5,
    sharing_group_id: int | None = None,
) -> int:
    """Store the text of a file as a report; returns the report's id.

    Raises Invalid (for `file`, when it has no text or too much) and what `add_report` raises.
    """
    actor.require_writing(Permission.ADD)
    try:
        with reading_time(actor.user_id):
            found = text_of_file(content)
    except LimitReached as reached:
        raise Invalid({"file": [reached.problem or CommonProblem.INVALID_INPUT()]}) from reached
    except Invalid as refused:
        raise Invalid(by_field(refused, "file")) from refused
    if len(found.text) > LONGEST_CONTENT:
        raise Invalid({"file": [EventReportProblem.TEXT_TOO_LONG(most=LONGEST_CONTENT)]})
    report = {
        "name": name or (found.title or title_of(found.text))[:LONGEST_TITLE] or PurePath(file_name).stem,
        "content": found.text,
        "distribution": distribution,
        "sharing_group_id": sharing_group_id or 0,
    }
    return add_report(actor, event_id, report)


def import_report(
    actor: Actor,
    event_id: int,
    url: str,
    *,
    name: str = "",
    distribution: int = 5,
    sharing_group_id: int | None = None,
) -> int:
    """Fetch a page and store it as a report; returns the report's id.

    Raises Invalid when it cannot be fetched or is not text, and what `add_report` raises.
    """
    actor.require_writing(Permission.ADD)
    if IMPORTS.spend(actor.user_id).is_exceeded:
        raise Invalid({"url": [PageImportProblem.TOO_MANY()]})
    reply = _fetch_page(url)
    title, content = "", _page_text(reply)
    if "html" in reply.headers.get("content-type", "").lower():
        try:
            title, content = web_page(content)
        except LimitReached as reached:
            raise Invalid({"url": [reached.problem or CommonProblem.INVALID_INPUT()]}) from reached
    report = {
        "name": name or title or url,
        "content": f"{content}\n\n---\n{url}\n",
        "distribution": distribution,
        "sharing_group_id": sharing_group_id or 0,
    }
    return add_report(actor, event_id, report)


def _fetch_page(url: str) -> Reply:
    """Fetch the page. Any member can enter its address, so the operator's networks are not allowed.

    The timeout is short, as a request thread waits for it.
    """
    networks = tuple(settings.VARDKASE_PAGE_NETWORKS)
    policy = RequestPolicy(networks=networks, inside=False, limit=LONGEST_PAGE, timeout=5, seconds=10)
    try:
        reply = fetch("GET", url, headers={"Accept": "text/html,text/*"}, policy=policy)
    except OutgoingFailed as failed:
        raise Invalid({"url": [failed.problem or CommonProblem.INVALID_INPUT()]}) from failed
    if reply.status != 200:
        raise Invalid({"url": [PageImportProblem.STATUS(status=reply.status)]})
    if not reply.headers.get("content-type", "text/plain").lower().startswith(("text/", "application/xhtml")):
        raise Invalid({"url": [PageImportProblem.NO_TEXT()]})
    return reply


def _page_text(reply: Reply) -> str:
    found = CHARSET.search(reply.headers.get("content-type", ""))
    try:
        text = reply.content.decode(found[1] if found else "utf-8", "replace")
    except LookupError:  # The page names an encoding that does not exist.
        text = reply.content.decode("utf-8", "replace")
    return text.replace("\0", "")  # PostgreSQL stores no NUL.
