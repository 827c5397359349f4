"""Values and techniques in a report: reviewed, added to the event, and referred to in the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import ReportRow
from vardkase.intel.errors import ChangedMeanwhile
from vardkase.intel.event_reports.extraction import COMMENT
from vardkase.intel.queries.pasted_text import PastedValues
from vardkase.intel.queries.version_tokens import report_mark
from vardkase.intel.services.report_extraction import ReviewedReport, extract_reviewed
from vardkase.intel.services.text_import import AddedText, ReviewedText
from vardkase.misp.report_references import prose
from vardkase.web.intel.editing.forms.review import Review
from vardkase.web.intel.editing.text_review import SuggestedTag, found_in_text, review_context
from vardkase.web.intel.event_reports.reports import own_report
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADD, writes=True, body=BodyLimits.FILES)
def extract(request: PageRequest, reference: str, report_id: int) -> HttpResponse:
    """Review, and with `go` = add the choice: the report's text is read again at each step, and must be the same."""
    event, report = own_report(request.actor, reference, report_id)
    mark = report_mark(report.id)
    has_changed = request.method == "POST" and posted.text(request, "mark") != mark
    # The rows are numbered by what was found: choices made of another text mean nothing.
    sent = {} if has_changed or request.method != "POST" else posted.fields(request)
    text = prose(report.content)
    unread = ""
    try:
        values, tags = found_in_text(request, text, event_id=event.id)
    except Invalid as error:
        values, tags, unread = PastedValues([], []), [], str(error)
    review = Review(values, sent)
    refused = unread
    if has_changed and not unread:
        refused = gettext("Someone else changed the report. Nothing has been added. Review it again.")
    elif posted.text(request, "go") == "add" and not (unread or review.wrong):
        try:
            added = extract_reviewed(
                request.actor, report.id, _reviewed(request, report, review, tags), seen=mark
            )
        except (Invalid, ChangedMeanwhile) as error:
            refused = str(error)
        else:
            _add_messages(request, added)
            return redirect("report", event.id, report.id)
    context: dict[str, Any] = {
        "heading": gettext("Review extracted values"),
        "event": event,
        "report": report,
        "mark": mark,
        "refused": refused,
        "with_references": not sent or posted.flag(request, "with_references"),
        **review_context(request, request.actor, values, review, tags),
    }
    return render(
        request, "event_reports/extract.html", context, status=422 if unread else 409 if refused else 200
    )


def _reviewed(
    request: PageRequest, report: ReportRow, review: Review, tags: Sequence[SuggestedTag]
) -> ReviewedReport:
    words = {
        row.pasted.found.original: (row.choice.type, row.pasted.found.value)
        for row in review.rows
        if row.choice.add or row.pasted.is_known
    }
    comment = f"{COMMENT}{report.name}"
    chosen = {tag.phrase: tag.name for tag in tags if tag.chosen}
    text = ReviewedText(
        review.documents(comment, {}), list(dict.fromkeys(chosen.values())), review.objects(comment, {})
    )
    return ReviewedReport(text, words, chosen, posted.flag(request, "with_references"))


def _add_messages(request: PageRequest, added: AddedText) -> None:
    count = len(added.attributes.attribute_ids)
    said = ngettext("%(n)s attribute added.", "%(n)s attributes added.", count)
    messages.success(request, said % {"n": thin(count)})
    if added.objects:
        said = ngettext("%(n)s object added.", "%(n)s objects added.", added.objects)
        messages.success(request, said % {"n": thin(added.objects)})
