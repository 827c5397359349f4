"""Why an access review, or an answer in one, is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class AccessReviewProblem(ProblemCode):
    NOT_FOUND = _("Access review not found."), "Invalid access review"
    ALREADY_OPEN = _("A review is already open.")
    UNKNOWN_ANSWER = _("Choose confirmed or disabled.")
    CLOSED = _("The review has been closed.")
    NOT_IN_REVIEW = _("One of these accounts is not in the review.")
    OWN_ACCOUNT = _("Another administrator must review your own account.")
