"""Actions on case files, their letters and appeals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class CaseAction(AuditAction):
    APPEAL_CARRIED_OUT = "appeal.carried_out", _("The court’s decision was carried out")
    APPEAL_DECIDED = "appeal.decided", _("The court’s decision was recorded")
    APPEAL_DISMISSED = "appeal.dismissed", _("An appeal was dismissed as too late")
    APPEAL_FORWARDED = "appeal.forwarded", _("An appeal was forwarded to the court")
    APPEAL_IN_TIME = "appeal.in_time", _("An appeal was found to have arrived in time")
    APPEAL_WITHDRAWN = "appeal.withdrawn", _("An appeal was withdrawn")
    APPEAL_MET = "appeal.met", _("The decision was changed as the appeal asks")
    APPEAL_REVIVED = "appeal.revived", _("The dismissal of an appeal was quashed")
    APPEAL_REGISTERED = "appeal.registered", _("An appeal was registered")
    CASE_DOCUMENT_FILED = "case_file.document_filed", _("A document was filed in a case")
    CASE_FILE_ARCHIVED = "case_file.archived", _("A package of a case was downloaded for an e-archive")
    CASE_FILE_CLOSED = "case_file.closed", _("A case was closed")
    CASE_FILE_EXPORTED = "case_file.exported", _("The documents of a case were downloaded")
    CASE_FILE_OPENED = "case_file.opened", _("A case was opened")
    CASE_FILE_PRINTED = "case_file.printed", _("A case was downloaded as one PDF")
    CASE_FILE_REGISTERED_AS = "case_file.registered_as", _("The case reference number of a case was entered")
    CASE_FILE_REOPENED = "case_file.reopened", _("A case was reopened")
    CASE_HEARING_ANSWERED = "case_file.hearing_answered", _("A party commented before a decision")
    CASE_HEARING_OPENED = (
        "case_file.hearing_opened",
        _("A party was given the opportunity to comment before a decision"),
    )
    LETTER_CORRECTED = "letter.corrected", _("A corrected copy of a letter was written")
    LETTER_DELIVERED = "letter.delivered", _("The delivery of a letter was recorded")
    LETTER_RESENT = "letter.resent", _("A letter was sent again by e-mail")
    LETTER_SERVED = "letter.served", _("The service of a letter was recorded")
    LETTER_WRITTEN = "letter.written", _("A letter was written")
