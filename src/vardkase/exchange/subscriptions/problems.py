"""Problems of subscriptions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SubscriptionProblem(ProblemCode):
    NOT_FOUND = _("You do not follow this.")
    NO_SUCH_THING = _("There is no such thing to follow.")
    NO_CHANNEL = _("Choose at least one way to be notified.")
    NO_VALUE = _("Enter what you want to follow.")
    TOO_LONG = _("Enter at most %(most)s characters.")
    TOO_MANY = _("You can follow at most %(most)s things. Unfollow something first.")
