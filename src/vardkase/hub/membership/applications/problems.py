"""What the services of applications refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ApplicationProblem(ProblemCode):
    NO_SUCH_APPLICATION = _("Application not found.")
    NO_SUCH_LINK = _("The link is not valid, or has expired.")
    NO_SUCH_DOCUMENT = _("Document not found.")
    NO_SUCH_MEASURE = _("Measure not found.")
    NO_SUCH_STEP = _("Step not found.")
    OF_ANOTHER_ORGANISATION = _("This is another organisation’s application.")
    FOR_OFFICERS_ONLY = _("Only the hub’s officers read applications.")
    NOT_BEING_HANDLED = _("You cannot write now: the application is not being handled.")
    CLOSED_FOR_CHANGES = _("These answers can no longer be changed. Write to us if something is wrong.")
    SAVED_MEANWHILE = _(
        "Someone has saved this step since you opened it. Their answers are saved; yours are below. Save "
        "again to keep yours."
    )
    NO_MESSAGE = _("Enter some text.")
    TOO_MANY_FILES = _("At most %(once)s files at a time, and %(all)s in total.")
    FILE_REFUSED = _("%(name)s: %(problem)s")
    UPLOAD_QUOTA = _(
        "At most %(size)s MiB of files may be uploaded per day. You can upload more in %(hours)s hours."
    )
    TOO_MANY_ATTEMPTS = _("Too many attempts. Please try again later.")
    IMPORT_TOO_LARGE = _("The file is too large: at most 2 MB.")
    IMPORT_NOT_JSON = _("The file is not valid JSON.")
    NAMES_YOU = _("The application names you. Another officer registers it.")
    LACKS_REQUESTER = _("State who requested it, and how.")
    TAKES_TWO_OFFICERS = _("An officer cannot take this step alone. Do it on the application’s page.")
    PHASE_IS_OPEN = _("%(phase)s is open to this application, so it does not have to wait.")
    NO_OPEN_PHASE = _("No open phase admits this application yet.")
    NUMBER_OF_APPLICATION = _(
        "Application %(number)s, from %(name)s, has this organisation number. Decide it or "
        "have it withdrawn first."
    )
    NUMBER_TAKEN = _(
        "Another member or application already has this organisation number. Contact us if it is yours."
    )
