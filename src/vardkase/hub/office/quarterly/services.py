"""Services for quarterly reports: issuing one, so that its figures stay, and mailing it to management."""

from __future__ import annotations

import hashlib

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.mime import Attachment
from vardkase.core.mail.notify import Notified, notify
from vardkase.core.sql import cursor
from vardkase.hub.office.audit_actions import OfficeAction
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.quarterly.document import LANGUAGES, report_pdf
from vardkase.hub.office.quarterly.models import QuarterlyReport
from vardkase.hub.office.quarterly.periods import Quarter, this_quarter
from vardkase.hub.office.quarterly.queries import find_report, latest_report, quarterly_figures
from vardkase.hub.office.quarterly.settings import RECIPIENTS, addresses_in
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.staff import DECIDE

LONGEST_REASON = 1000


@transaction.atomic
def issue_report(actor: Actor, quarter: Quarter, reason: str = "") -> QuarterlyReport:
    """Calculate the figures and keep them with their PDFs; again under the next number, if there is a `reason`.

    Raises Forbidden, Conflict before the quarter has ended, and Invalid under `reason`.
    """
    actor.require_writing()
    actor.require_staff(*DECIDE)
    if not quarter.has_ended:
        raise Conflict(OfficeProblem.QUARTER_NOT_OVER())
    # Two officers at once would take the same number.
    cursor().execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"report {quarter}",))
    former = latest_report(quarter)
    reason = reason.strip()
    if (former and not reason) or len(reason) > LONGEST_REASON or "\0" in reason:
        raise Invalid({"reason": [OfficeProblem.WHY_AGAIN(count=LONGEST_REASON)]})
    version = former.version + 1 if former else 1
    found = quarterly_figures(actor, quarter)
    papers = {each: report_pdf(quarter, found, each, f"{quarter}:{version}") for each in LANGUAGES}
    made = QuarterlyReport.objects.create(
        year=quarter.year,
        quarter=quarter.number,
        version=version,
        reason=reason if former else "",
        figures=found,
        pdf_sv=papers["sv"],
        pdf_en=papers["en"],
        sha256_sv=hashlib.sha256(papers["sv"]).hexdigest(),
        sha256_en=hashlib.sha256(papers["en"]).hexdigest(),
        issued_by=actor.name,
    )
    change = {"sha256_sv": made.sha256_sv, "sha256_en": made.sha256_en}
    if made.reason:
        change["reason"] = made.reason
    record(actor, OfficeAction.QUARTERLY_REPORT_ISSUED, _target(made), change)
    return made


@transaction.atomic
def send_report(actor: Actor, pk: int) -> Notified:
    """Mail an issued report to those in the setting. Raises Forbidden, NotFound, and Conflict if there are none."""
    actor.require_writing()
    actor.require_staff(*DECIDE)
    report = find_report(actor, pk)
    addresses = addresses_in(RECIPIENTS.value)
    if not addresses:
        raise Conflict(OfficeProblem.NO_REPORT_RECIPIENTS())
    papers = [
        Attachment(f"{str(report).replace(':', '-')}-{language}.pdf", "application/pdf", bytes(content))
        for language, content in (("sv", report.pdf_sv), ("en", report.pdf_en))
    ]
    facts: Facts = {"number": str(report), "quarter": report.quarter, "year": str(report.year)}
    people = [Recipient(address, "sv") for address in addresses]
    done = notify("quarterly_report", _target(report), people, facts, by=actor.name, attachments=papers)
    record(actor, OfficeAction.QUARTERLY_REPORT_SENT, _target(report), {"mails": done.count})
    return done


def issue_last_quarter() -> int:
    """Issue and mail the report of the quarter that ended last, unless that is done; returns how many."""
    quarter = this_quarter().later(-1)
    if latest_report(quarter) is not None:
        return 0
    actor = hub_actor()
    with transaction.atomic():
        made = issue_report(actor, quarter)
        if addresses_in(RECIPIENTS.value):
            send_report(actor, made.pk)
    return 1


def _target(report: QuarterlyReport) -> Target:
    return Target("quarterly_report", report.pk, title=str(report))
