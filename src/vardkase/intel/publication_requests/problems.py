"""Why a request to publish is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class PublicationRequestProblem(ProblemCode):
    NOT_FOUND = _("Request not found.")
    PUBLISHED = _("The event is already published.")
    MAY_PUBLISH = _("You may publish the event yourself.")
    NOBODY_CREATES_GROUPS = _("Nobody in your organisation may create sharing groups.")
    NOBODY = _("Nobody in your organisation may publish events.")
    ONLY_PEOPLE = _("Only a person can ask.")
    TOO_LONG = _("Enter at most %(most)s characters.")
