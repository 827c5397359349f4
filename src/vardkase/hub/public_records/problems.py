"""What the services of public records refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class PublicRecordsProblem(ProblemCode):
    NO_SUCH_AUTHORITY = _("Connected authority not found.")
    NO_REGISTER = _(
        "Your organisation is not a connected authority and has no register of received versions."
    )
    NO_SUCH_VERSION = _("This version is not in the register.")
    NO_SUCH_PROVISION = _("Choose a provision from the list.")
    FORM_DECIDES = _("The legal form decides. Change the rule for the legal form instead.")
    REASON_NEEDED = _("Enter a reason of %(least)s to %(most)s characters.")
    NOT_A_DATE = _("Enter a date as YYYY-MM-DD.")
    DATES_REVERSED = _("The first day is after the last.")
    SPAN_OUTSIDE = _("A marked part is outside its text.")
    TOO_MANY_ITEMS = _("A copy can hold at most %(most)s items. Make several copies.")
    TEXT_REMAINS = _("Text that is masked or withheld is still released in another place: %(texts)s")
