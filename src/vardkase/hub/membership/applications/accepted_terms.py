"""Version of the terms accepted by an application, compared with the version in force."""

from __future__ import annotations

from vardkase.hub.membership.applications.models import Application, ApplicationState
from vardkase.hub.membership.terms.queries import current_terms

UNDECIDED = frozenset(
    {
        ApplicationState.SUBMITTED,
        ApplicationState.WAITING,
        ApplicationState.UNDER_REVIEW,
        ApplicationState.COMPLETION_REQUESTED,
    }
)
"""States of an application that was sent and can still be approved."""


def accepted_version(application: Application) -> int | None:
    """The version of the terms that the signatory accepted in the application; None if none."""
    answers = application.answers.get("terms")
    if not isinstance(answers, dict) or not answers.get("accepted"):
        return None
    version = str(answers.get("version") or "")
    return int(version) if version.isdecimal() and len(version) < 10 else None


def lacks_current_terms(application: Application) -> bool:
    """True if the applicant must accept the current terms before the application can be approved."""
    return application.state in UNDECIDED and accepted_version(application) != current_terms().version
