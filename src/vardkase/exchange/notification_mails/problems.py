"""Why a person is not sent a mail about an event."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


# Deliveries store its codes (`notice.filtered`), so it keeps the name that the package once had.
class NoticeProblem(ProblemCode):
    FILTERED = _("The person’s own filter excludes it.")
    SUMMARISED = _("The person receives summaries instead.")
    TOO_MANY = (
        _("The person has received many e-mails in a short time."),
        "The person has had many mails in a short while.",
    )
