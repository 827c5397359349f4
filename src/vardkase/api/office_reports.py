"""quarterlyReports/*, evaluations/*: what is reported to management. The names are ours.

Reports are issued, and evaluations written, on the pages.
"""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.answers import Text as Content
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.hub.correspondence.problems import MailTextProblem
from vardkase.hub.office.evaluations import queries as evaluations
from vardkase.hub.office.evaluations.document import evaluation_pdf
from vardkase.hub.office.evaluations.models import Evaluation, EvaluationNote
from vardkase.hub.office.quarterly import queries as reports
from vardkase.hub.office.quarterly.document import LANGUAGES
from vardkase.hub.office.quarterly.models import QuarterlyReport
from vardkase.hub.office.quarterly.periods import quarter_named
from vardkase.hub.profiles import Profile
from vardkase.identity.accounts.staff import OVERSEE

PROFILES = Profile.HUB
READERS = tuple(sorted(OVERSEE))
MOST = 500
"""Rows in one answer; the newest."""


@endpoint("quarterlyReports/index", staff=READERS)
def issued(call: Call) -> Json:
    """List the quarterly reports that were issued, newest first, without their figures."""
    return Json([_report(each) for each in reports.issued_reports(call.actor)[:MOST]])


@endpoint(
    "quarterlyReports/view", staff=READERS, describes=Description(url="/quarterlyReports/view/[report_id]")
)
def report(call: Call, report_id: str) -> Json:
    """Return an issued report with its figures."""
    found = reports.find_report(call.actor, _number(report_id))
    return Json(_report(found, figures=found.figures))


@endpoint(
    "quarterlyReports/figures",
    staff=READERS,
    describes=Description(url="/quarterlyReports/figures/[year]/[quarter]"),
)
def figures(call: Call, year: str, quarter: str) -> Json:
    """Return the figures of a quarter as they are now."""
    wanted = quarter_named(_number(year), _number(quarter))
    return Json({"QuarterlyFigures": reports.quarterly_figures(call.actor, wanted)})


@endpoint(
    "quarterlyReports/download",
    staff=READERS,
    describes=Description("`language` is sv or en.", url="/quarterlyReports/download/[report_id]/[language]"),
)
def download_report(call: Call, report_id: str, language: str) -> Content:
    """Return an issued report as PDF, as it was issued."""
    found = reports.find_report(call.actor, _number(report_id))
    content = found.pdf_sv if _language(language) == "sv" else found.pdf_en
    return _pdf(bytes(content), f"{str(found).replace(':', '-')}-{language}")


@endpoint("evaluations/index", staff=READERS)
def evaluation_list(call: Call) -> Json:
    """List the evaluations, newest first, without texts and notes."""
    return Json([_evaluation(each) for each in evaluations.evaluations(call.actor).order_by("-pk")[:MOST]])


@endpoint("evaluations/view", staff=READERS, describes=Description(url="/evaluations/view/[evaluation_id]"))
def evaluation(call: Call, evaluation_id: str) -> Json:
    """Return an evaluation with its texts and notes, and the figures of its period."""
    found = evaluations.find_evaluation(call.actor, _number(evaluation_id))
    notes = [_note(each) for each in evaluations.notes_of(found)]
    texts = {"goals": found.goals, "tried": found.tried, "learnt": found.learnt, "questions": found.questions}
    return Json(_evaluation(found, **texts, notes=notes, figures=evaluations.figures_of(found)))


@endpoint(
    "evaluations/download",
    staff=READERS,
    describes=Description("`language` is sv or en.", url="/evaluations/download/[evaluation_id]/[language]"),
)
def download_evaluation(call: Call, evaluation_id: str, language: str) -> Content:
    """Return an evaluation as PDF."""
    found = evaluations.find_evaluation(call.actor, _number(evaluation_id))
    return _pdf(evaluation_pdf(found, _language(language)), f"evaluation-{found.pk}-{language}")


def _number(given: str) -> int:
    # 0, which nothing has, for what is no number.
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def _language(given: str) -> str:
    if given not in LANGUAGES:
        raise NotFound(MailTextProblem.NO_SUCH_LANGUAGE())
    return given


def _pdf(content: bytes, name: str) -> Content:
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return Content(content, "application/pdf", headers=headers)


def _report(found: QuarterlyReport, **more: Any) -> dict[str, Any]:
    return {
        "QuarterlyReport": {
            "id": str(found.pk),
            "number": str(found),
            "year": found.year,
            "quarter": found.quarter,
            "version": found.version,
            "reason": found.reason,
            "issued_by": found.issued_by,
            "issued_at": found.at.isoformat(),
            "sha256": {"sv": found.sha256_sv, "en": found.sha256_en},
            **more,
        }
    }


def _evaluation(found: Evaluation, **more: Any) -> dict[str, Any]:
    return {
        "Evaluation": {
            "id": str(found.pk),
            "title": found.title,
            "phase": found.phase,
            "first": found.first.isoformat(),
            "last": found.last.isoformat(),
            "state": found.state,
            "created_by": found.created_by,
            "closed_by": found.closed_by,
            "closed_at": found.closed_at and found.closed_at.isoformat(),
            **more,
        }
    }


def _note(found: EvaluationNote) -> dict[str, Any]:
    value = None if found.value is None else float(found.value)
    return {
        "kind": found.kind,
        "text": found.text,
        "value": value,
        "by": found.by,
        "at": found.at.isoformat(),
    }
