"""The quarterly report to management: the figures of a quarter, and the reports that were issued."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from vardkase.hub.office.quarterly import document, queries, services
from vardkase.hub.office.quarterly.models import QuarterlyReport
from vardkase.hub.office.quarterly.periods import Quarter, quarter_named, this_quarter
from vardkase.hub.office.quarterly.settings import RECIPIENTS, addresses_in
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import DECIDE, OVERSEE
from vardkase.web.hub.office.forms import IssueForm
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.files import download
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page

READERS = tuple(sorted(OVERSEE))
DECIDERS = tuple(sorted(DECIDE))
SHOWN_QUARTERS = 8


@page(staff=READERS)
def index(request: PageRequest) -> HttpResponseBase:
    rows = queries.issued_reports(request.actor)
    if form := wanted_file(request):
        in_file = in_order(request, rows, {"pk"}, "-pk")
        return list_file(
            request, form, "quarterly-reports", gettext("Quarterly reports"), _columns(), in_file
        )
    latest = this_quarter()
    quarters = [latest.later(-number) for number in range(SHOWN_QUARTERS)]
    issued = {(row.year, row.quarter) for row in rows.filter(year__gte=quarters[-1].year)}
    context = {
        **listed(request, rows, {"pk"}, "-pk"),
        **file_links(request),
        "quarters": [
            (each, document.quarter_in_words(each), (each.year, each.number) in issued) for each in quarters
        ],
        "recipients": addresses_in(RECIPIENTS.value),
    }
    return render(request, "office/quarterly_reports.html", context)


@page(staff=READERS)
def view(request: PageRequest, year: int, number: int) -> HttpResponseBase:
    quarter = quarter_named(year, number)
    figures = queries.quarterly_figures(request.actor, quarter)
    context = {
        "latest": queries.latest_report(quarter),
        "may_issue": quarter.has_ended and _may_decide(request.actor),
        "pdf_url": reverse("quarterly_draft", args=(year, number)),
        "json_url": reverse("quarterly_json", args=(year, number)),
    }
    return _shown(request, quarter, figures, context)


@page(staff=READERS)
def draft(request: PageRequest, year: int, number: int) -> HttpResponseBase:
    quarter = quarter_named(year, number)
    figures = queries.quarterly_figures(request.actor, quarter)
    content = document.report_pdf(quarter, figures, "en" if get_language() == "en" else "sv")
    return download([content], f"{quarter}-draft.pdf", "application/pdf")


@page(staff=READERS)
def data(request: PageRequest, year: int, number: int) -> HttpResponseBase:
    quarter = quarter_named(year, number)
    return _as_json(queries.quarterly_figures(request.actor, quarter), str(quarter))


@page(staff=DECIDERS, writes=True)
def issue(request: PageRequest, year: int, number: int) -> HttpResponse:
    quarter = quarter_named(year, number)
    latest = queries.latest_report(quarter)
    form = IssueForm(request.POST if request.method == "POST" else None, is_again=latest is not None)
    if form.is_valid():
        with errors_shown_in(form):
            made = services.issue_report(request.actor, quarter, form.cleaned_data.get("reason", ""))
            messages.success(
                request, gettext("The report has been issued. Its figures do not change any more.")
            )
            return redirect("quarterly_issued", made.pk)
    intro = gettext("The figures are calculated once more, and kept with the report in Swedish and English.")
    parents = [*_parents(), (_name(quarter), reverse("quarterly_report", args=(year, number)))]
    return edit_page(request, form, gettext("Issue the report"), parents, save=gettext("Issue"), intro=intro)


@page(staff=READERS)
def issued(request: PageRequest, pk: int) -> HttpResponseBase:
    report = queries.find_report(request.actor, pk)
    context = {
        "report": report,
        "may_send": _may_decide(request.actor),
        "recipients": addresses_in(RECIPIENTS.value),
        "json_url": reverse("quarterly_issued_json", args=(pk,)),
    }
    return _shown(request, _quarter(report), report.figures, context)


@page(staff=READERS)
def issued_pdf(request: PageRequest, pk: int, language: str) -> HttpResponseBase:
    report = queries.find_report(request.actor, pk)
    if language not in document.LANGUAGES:
        raise Http404
    content = report.pdf_sv if language == "sv" else report.pdf_en
    return download([bytes(content)], f"{_file_name(report)}-{language}.pdf", "application/pdf")


@page(staff=READERS)
def issued_json(request: PageRequest, pk: int) -> HttpResponseBase:
    report = queries.find_report(request.actor, pk)
    return _as_json(report.figures, _file_name(report))


@require_POST
@page(staff=DECIDERS, writes=True)
def send(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        done = services.send_report(request.actor, pk)
        if done.faults:
            names = ", ".join(done.faults)
            messages.error(request, gettext("The mail to these was not sent: %(names)s.") % {"names": names})
        else:
            messages.success(request, gettext("The report is on its way to its recipients."))
    return redirect("quarterly_issued", pk)


def _shown(
    request: PageRequest, quarter: Quarter, figures: Mapping[str, Any], context: Mapping[str, Any]
) -> HttpResponseBase:
    if form := wanted_file(request):
        columns = figure_columns(document.period_names())
        return list_file(request, form, str(quarter), _name(quarter), columns, list(document.cells(figures)))
    shown = {
        **context,
        **file_links(request),
        "quarter": quarter,
        "title": _name(quarter),
        "sections": document.sections(figures),
        "legend": document.legend(),
        "period_names": document.period_names(),
        "calculated": figures["calculated"],
    }
    return render(request, "office/quarterly_report.html", shown)


def figure_columns(periods: list[str]) -> Columns[tuple[Any, ...]]:
    return {
        gettext("Table"): lambda cell: cell[0],
        gettext("Line"): lambda cell: cell[1],
        gettext("Figure"): lambda cell: cell[2],
        periods[0]: lambda cell: cell[3][0],
        periods[1]: lambda cell: cell[3][1],
        periods[2]: lambda cell: cell[3][2],
    }


def _columns() -> Columns[QuarterlyReport]:
    return {
        gettext("Number"): str,
        gettext("Issued"): lambda report: report.at,
        gettext("Issued by"): lambda report: report.issued_by,
        gettext("Why it was issued again"): lambda report: report.reason,
        "SHA-256 (sv)": lambda report: report.sha256_sv,
        "SHA-256 (en)": lambda report: report.sha256_en,
    }


def _as_json(figures: Mapping[str, Any], name: str) -> HttpResponseBase:
    content = json.dumps(figures, ensure_ascii=False, indent=2).encode()
    return download([content], f"{name}.json", "application/json")


def _quarter(report: QuarterlyReport) -> Quarter:
    return Quarter(report.year, report.quarter)


def _file_name(report: QuarterlyReport) -> str:
    return str(report).replace(":", "-")


def _name(quarter: Quarter) -> str:
    return document.title_of(quarter)


def _may_decide(actor: Actor) -> bool:
    return actor.may_write and not actor.staff.isdisjoint(DECIDE)


def _parents() -> list[Crumb]:
    return [(gettext("Quarterly reports"), reverse("quarterly_reports"))]
