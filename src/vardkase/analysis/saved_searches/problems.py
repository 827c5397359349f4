"""Why a saved search is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SavedSearchProblem(ProblemCode):
    NOT_FOUND = _("Saved search not found."), "Invalid saved search."
    NOT_YOURS = _(
        "Only the person who saved the search, or an administrator of the organisation, may change it."
    )
    NOT_FOR_EVERYONE = _("Only the hub’s analysts and site administrators may share a search with everyone.")
    TOO_MANY_OF_USER = _("You can have at most %(most)s saved searches. Delete one first.")
    TOO_MANY_OF_ORG = _("An organisation can have at most %(most)s saved searches. Delete one first.")
    CHANGED_MEANWHILE = _("Someone else has changed this search. Reload it to see the change.")
    BAD_DATE = _("Enter a date, such as 2026-11-30.")
    NO_CONDITIONS = _("Enter at least one condition: a search without any finds everything.")
