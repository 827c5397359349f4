"""What the services of applications refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ApplicationProblem(ProblemCode):
    NO_SUCH_APPLICATION = _("There is no such application.")
    NO_SUCH_LINK = _("There is no such link, or it has expired.")
    NO_SUCH_DOCUMENT = _("There is no such document.")
    NO_SUCH_MEASURE = _("There is no such measure.")
    NO_SUCH_STEP = _("There is no such step.")
    OF_ANOTHER_ORGANISATION = _("This is another organisation’s application.")
    FOR_OFFICERS_ONLY = _("Applications are read by the hub’s officers only.")
    NOT_BEING_HANDLED = _("There is nothing to write about: the application is not being handled.")
    CLOSED_FOR_CHANGES = _("These answers can no longer be changed. Write to us if something is wrong.")
    SAVED_MEANWHILE = _(
        "Somebody has saved this step since you opened it. Your answers are below, theirs "
        "are saved. Save again to keep yours."
    )
    NO_MESSAGE = _("Enter some text.")
    TOO_MANY_FILES = _("At most %(once)s files at a time, and %(all)s in total.")
    FILE_REFUSED = _("%(name)s: %(problem)s")
    UPLOAD_QUOTA = _(
        "At most %(size)s MiB of files may be uploaded in a day. More can be sent in %(hours)s hours."
    )
    TOO_MANY_ATTEMPTS = _("Too many attempts. Please try again later.")
    IMPORT_TOO_LARGE = _("The file is too large: at most 2 MB.")
    IMPORT_NOT_JSON = _("The file is not valid JSON.")
    NAMES_YOU = _("The application names you. Another officer registers it.")
    LACKS_REQUESTER = _("Say who has requested it, and how.")
    TAKES_TWO_OFFICERS = _("An officer cannot take this step alone. Do it on the application’s page.")
    PHASE_IS_OPEN = _("%(phase)s is open to this application: it does not have to wait.")
    NO_OPEN_PHASE = _("No open phase admits this application yet.")
    NUMBER_OF_APPLICATION = _(
        "Application %(number)s, from %(name)s, has this organisation number. Decide it or "
        "have it withdrawn first."
    )
    NUMBER_TAKEN = _(
        "Another member or application already has this organisation number. Contact us if it is yours."
    )
