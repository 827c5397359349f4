"""Why an actor may not do something at all."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class AccessProblem(ProblemCode):
    FOR_STAFF = (
        _("This requires a duty at the hub."),
        "This is for the hub’s own staff.",
    )
    STEP_UP_NEEDED = (
        _("Confirm your second factor on the web, and complete this within ten minutes."),
        "This is done on the pages, after confirming the second factor within the last minutes.",
    )
    CONTENT_CLOSED = (
        _("Operators and auditors neither read shared content nor give anyone access to it."),
        "Operators and auditors neither read what is shared nor open a way to it for anybody.",
    )
    GRANT_READS_ONLY = (
        _("An operator with access to content may read it, but not change it."),
        "Access to content that was granted to an operator is for reading only.",
    )
    AUDITOR_READS_ONLY = _(
        "Auditors read the audit log and the settings. They change nothing but their own account."
    )
    REQUESTER_GONE = (
        _("The account that started this is no longer permitted to do it."),
        "The account that started this may no longer do it.",
    )
    NO_HOST = _("No organisation runs this hub.")
