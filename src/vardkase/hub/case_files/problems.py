"""What the services of case files refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class CaseFileProblem(ProblemCode):
    NO_SUCH_CASE_FILE = _("Case not found.")
    NO_SUCH_DOCUMENT = _("Document not found.")
    ALREADY_OPEN = _("There is an open case about this already: %(number)s.")
    CLOSED = _("The case is closed. Reopen it first.")
    NOT_CLOSED = _("The case is not closed.")
    DISPOSED = _("The case has been disposed of and cannot be reopened.")
    FILE_TOO_LARGE = _("The file may be at most %(most)s MB.")
    EMPTY = _("Write a text or choose a file.")
    IN_THE_FUTURE = _("Choose a time that has passed.")
    TOO_LONG_AGO = _("Choose a time after the year %(year)s.")
    TOO_MANY_DOCUMENTS = _("The case has %(most)s documents, which is the most it can have.")
    NO_SUCH_HEARING = _("Request for comments not found.")
    ANSWER_BY = _("Choose a day after today and within %(most)s days.")
    NOT_SINCE_LETTER = _("Choose a time between the letter and now.")
    HEARING_OVER = _(
        "Comments can no longer be added here: the matter has been decided, or there are too many."
    )
    NO_SUCH_APPEAL = _("Appeal not found.")
    NO_PARTY = _("The party of the case is not known.")
    NOT_APPEALABLE = _("Choose a decision of this case that can be appealed.")
    NO_NEW_DECISION = _("Choose the new decision, a letter of this case that is later than the one appealed.")
    HANDED_OVER = _(
        "The appeal against the decision has been handed over to the court: you can no longer change it "
        "(39 § förvaltningslagen)."
    )
    APPEALED = _(
        "The decision has been appealed: you can change it only if it was obviously wrong (39 § förvaltningslagen)."
    )
    ARRIVAL_DAY = _("Choose a day between the decision and today.")
    DEEMED_DAY = _("Choose the working day before the one on which it arrived.")
    DOCUMENTS_CLOSED = _(
        "Documents that may reveal an event in quarantine cannot be handed over. Wait until the quarantine has ended."
    )
    NOTHING_FILED = _("Nothing has been filed in the case.")
    DAMAGED = _(
        "Document %(number)s no longer has the checksum with which it was filed. Contact the platform operator."
    )
    TOO_LARGE_TO_PRINT = _(
        "The case is too large for one PDF: it has more than 500 documents, or more than %(most)s MB. "
        "Download all documents as a ZIP file instead."
    )
    NOT_JOINED = _("The documents could not be joined into one PDF. Download them as a ZIP file instead.")
    TOO_LARGE_TO_EXPORT = _("The documents are larger than %(most)s MB together. Download them one by one.")
