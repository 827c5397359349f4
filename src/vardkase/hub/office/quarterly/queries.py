"""Queries for quarterly reports: the figures of any quarter, and the reports that were issued."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.quarterly.document import as_json
from vardkase.hub.office.quarterly.figures import figures
from vardkase.hub.office.quarterly.models import QuarterlyReport
from vardkase.hub.office.quarterly.periods import Quarter, compared
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import OVERSEE


def quarterly_figures(actor: Actor, quarter: Quarter) -> dict[str, Any]:
    """The figures as they are now, in the form of `document.as_json`. Raises Forbidden."""
    actor.require_staff(*OVERSEE)
    periods = compared(quarter)
    return as_json(str(quarter), periods, figures(periods), timezone.localtime())


def issued_reports(actor: Actor) -> QuerySet[QuarterlyReport]:
    actor.require_staff(*OVERSEE)
    rows = QuarterlyReport.objects.defer("pdf_sv", "pdf_en", "figures")
    return rows.order_by("-year", "-quarter", "-version")


def find_report(actor: Actor, pk: int) -> QuarterlyReport:
    actor.require_staff(*OVERSEE)
    return first_or_not_found(QuarterlyReport.objects.filter(pk=pk), OfficeProblem.NO_SUCH_REPORT())


def latest_report(quarter: Quarter) -> QuarterlyReport | None:
    found = QuarterlyReport.objects.filter(year=quarter.year, quarter=quarter.number)
    return found.order_by("-version").first()
