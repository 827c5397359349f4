"""Why a change is not taken back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class UndoProblem(ProblemCode):
    TOO_LATE = _("The change can no longer be undone.")
    CHANGED_SINCE = _(
        "Nothing was undone: %(count)s of the attributes have been changed since then. Edit the others by hand."
    )
    GROUP_REFUSED = _(
        "Nothing was undone: a sharing group that would be set again no longer exists, or you may no longer use it."
    )
    TAG_REFUSED = _("Nothing was undone: you may no longer use a tag that would be added again.")
