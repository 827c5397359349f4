"""The diagrams of reports as pictures, and what is wrong with those that cannot be drawn."""

from __future__ import annotations

import time

from django.http import Http404, HttpResponse
from django.utils.translation import gettext

from vardkase.core.errors import Conflict
from vardkase.core.limits import Limit
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.sandbox.metering import charged
from vardkase.formats.diagrams import (
    DrawnAs,
    drawings,
    drawn,
    is_known,
    known_faults,
    picture_of,
    sources,
)
from vardkase.intel.event_reports.markdown import report_tokens
from vardkase.intel.problems import EventReportProblem
from vardkase.web.intel.event_reports.reports import PICTURE_HEADERS, report_of
from vardkase.web.ui.pages import PageRequest, page

DRAWINGS = Limit("diagrams of reports", allowed=600, window=3600)
"""Tenths of a second of drawing for each account; what was drawn before costs nothing."""
CHECKS = Limit("diagrams tried while they are written", allowed=600, window=3600)
"""The same of those that are being written, so that their author can still look at those of others."""
CHECKED_FOR = 2.0
"""Seconds that checking all diagrams of a report may take."""


@page()
def diagram(request: PageRequest, reference: str, report_id: int, number: int) -> HttpResponse:
    """One of the diagrams in the report as a picture."""
    _event, report = report_of(request.actor, reference, report_id, deleted=True)
    found = sources(report_tokens(report.content))
    if number >= len(found):
        raise Http404
    content = _drawn(found[number], DrawnAs.PNG, request.actor.user_id, DRAWINGS)
    content = content or picture_of(gettext("The diagram could not be drawn."))
    return HttpResponse(content, content_type="image/png", headers=PICTURE_HEADERS)


def has_faults(text: str, user_id: int | None) -> bool:
    """Tries the diagrams of a text that is being written, as far as the limits allow; then `known_faults` has them."""
    if not OptionalPart.DIAGRAMS.is_installed:
        return False
    found = dict.fromkeys(sources(report_tokens(text)))
    began = time.monotonic()
    try:
        for source in found:
            if time.monotonic() - began < CHECKED_FOR:
                _drawn(source, DrawnAs.PNG, user_id, CHECKS)
    except Conflict:
        pass  # No more is tried for now.
    return bool(known_faults(found))


def _drawn(source: str, form: DrawnAs, user_id: int | None, limit: Limit) -> bytes | None:
    if is_known(source, form):
        return drawn(source, form, user_id)
    with charged(
        limit, user_id, most=drawings.limits.seconds, refusal=EventReportProblem.TOO_MANY_DIAGRAMS()
    ):
        return drawn(source, form, user_id)
