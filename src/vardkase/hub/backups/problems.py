"""Problems of the people who decide on backups."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class BackupRecipientProblem(ProblemCode):
    NONE = _("Give at least one recipient.")
    NAMELESS = _("Each recipient needs a name before its key: “%(line)s”.")
    TWICE = _("The same key is there twice: “%(key)s”.")
    NOTHING_TO_CHANGE = _("These are the recipients already.")
    ONLY_OFFICERS = _("On a hub with officers, they decide who can read the backups.")
    TOO_MANY = _("At most %(most)s recipients.")
