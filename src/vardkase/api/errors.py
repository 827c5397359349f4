"""Errors in MISP's format: the status codes and JSON bodies that clients compare."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound, VardkaseError
from vardkase.core.optional_parts import PartMissing
from vardkase.core.outages import Outage
from vardkase.core.problems import CommonProblem

NO_PERMISSION = "You do not have permission to use this functionality."
INTERNAL_ERROR = "An Internal Error Has Occurred."


class MispError(VardkaseError):
    """``{"name": message, "message": message, "url": …}`` with `status`, followed by the members of `extra`."""

    def __init__(
        self, status: int, message: str, *, headers: dict[str, str] | None = None, **extra: Any
    ) -> None:
        self.status = status
        self.message = message
        self.headers = headers or {}
        self.extra = extra
        super().__init__(CommonProblem.QUOTED(said=message))


class SaveFailed(VardkaseError):
    """``{"saved": false, "name": …, "url": …, "errors": …}``: a refused save.

    `message` names the failed action ("Could not add Event"), `url` is the path without arguments, `errors` a
    text or ``{field: [texts]}``; `id` and `data` are added to the body if given.
    """

    def __init__(self, message: str, url: str, errors: Any, *, status: int = 403, **extra: Any) -> None:
        self.message = message if message.startswith("Could not ") else f"Could not {message}"
        self.url = url
        self.errors = errors
        self.status = status
        self.extra = extra
        super().__init__(CommonProblem.QUOTED(said=self.message))


NOT_MISPS = frozenset(
    {
        "accessReviews",
        "approvals",
        "contentAccess",
        "enrolments",
        "memberCommunities",
        "membershipApplications",
        "membershipAssessments",
        "membershipChecklists",
        "membershipInvitations",
        "membershipLetters",
        "membershipPhases",
        "membershipTerms",
        "memberships",
        "mispPolicies",
        "organisationSecurity",
        "securityStatements",
        "supportRequests",
        "taxiiCollections",
        "trainings",
    }
)
"""Controllers that MISP does not have: no client expects their texts escaped for HTML."""


def status_and_body(
    error: VardkaseError, *, controller: str, action: str, admin: bool, path: str
) -> tuple[int, dict[str, Any]]:
    """Status and body for `error`, raised by an endpoint of `controller` and `action` at `path`."""
    is_misps = controller not in NOT_MISPS
    if isinstance(error, SaveFailed):
        return error.status, save_failed_body(error.message, error.url, error.errors, error.extra)
    if isinstance(error, MispError):
        return error.status, exception_body(error.message, path, error.extra, is_misps=is_misps)
    if isinstance(error, Invalid):
        url = f"/{'admin/' if admin else ''}{controller}/{action}"
        return 403, save_failed_body(f"Could not {action} {model_name(controller)}", url, error.errors, {})
    kind = next((known for known in STATUSES if isinstance(error, known)), VardkaseError)
    message = error.wire or DEFAULTS.get(kind, "")
    return STATUSES.get(kind, 400), exception_body(message, path, {}, is_misps=is_misps)


STATUSES: dict[type[VardkaseError], int] = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    PartMissing: 501,
    Outage: 503,
}
DEFAULTS: dict[type[VardkaseError], str] = {NotFound: "Not Found", Forbidden: NO_PERMISSION}


def exception_body(
    message: str, path: str, extra: dict[str, Any], *, is_misps: bool = True
) -> dict[str, Any]:
    """MISP's body of an exception.

    MISP escapes the texts for HTML, and its clients compare them in that form (`tests/data/recordings.jsonl.xz`
    has "Sharing group doesn&#039;t exist"). `is_misps`: MISP has this endpoint too.
    """
    text, url = (_escaped(message), _escaped(path)) if is_misps else (message, path)
    return {"name": text, "message": text, "url": url, **extra}


def save_failed_body(message: str, url: str, errors: Any, extra: dict[str, Any]) -> dict[str, Any]:
    return {"saved": False, "name": message, "message": message, "url": url, "errors": errors, **extra}


def model_name(controller: str) -> str:
    """MISP's model name of a controller: ``sharing_groups`` → ``SharingGroup``, ``taxonomies`` →
    ``Taxonomy``."""
    parts = re.sub(r"(?<!^)(?=[A-Z])", "_", controller).split("_")
    name = "".join(part[:1].upper() + part[1:] for part in parts if part)
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name.removesuffix("s")


def _escaped(text: str) -> str:
    return escape(text, quote=True).replace("&#x27;", "&#039;")
