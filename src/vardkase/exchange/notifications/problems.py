"""Problems of notifications."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class NotificationProblem(ProblemCode):
    NOT_FOUND = _("Notification not found.")
