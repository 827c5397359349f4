"""Every list of the API has a largest page, or is listed here with the reason why it stays short."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import vardkase

API = Path(vardkase.__file__).parent / "api"
PAGED = {"limit_and_offset", "of"}
"""Methods of `api.paging.Paging`."""
LIMITED_ELSEWHERE = {
    # Searches and exports: streamed page by page from the database, stopped when the client disconnects.
    "attributes/export_search", "attributes/rest_search", "events/rest_search", "objects/rest_search",
    "sightings/list_sightings", "sightings/rest_search", "decayingModel/decayingToolRestSearch",
    "savedSearches/rest_search",
    # Pages with its own helper (`_page`), or a fixed number of rows.
    "admin/auditLogs/index", "admin/logs/index", "admin/logs/search", "auditLogs/eventIndex", "contentAccess/index",
    "spills/index", "retentionRuns/index", "quarterlyReports/index", "evaluations/index",
    "logs/event_index", "logs/index", "feeds/searchCaches", "notifications/index", "taxiiServers/objectsIndex",
    "tags/search",
    # A peer's answer, within the limits of answers from outside.
    "servers/previewIndex", "taxiiServers/collectionsIndex",
    # Filters, not rows.
    "events/filterEventIndex", "feeds/fetchSelectedFromFreetextIndex", "api/getAllApis",
    "noticelists/enable_noticelist", "warninglists/enable_warninglist",
}  # fmt: skip
SHORT = {
    # Written by hand by a hub's administrators and officers: tens to a few thousand rows of under a kilobyte.
    "accessReviews/index", "admin/users/index", "approvalRequests/index",
    "approvals/index",
    "auth_keys/index", "bookmarks/index", "communities/index", "correlation_exclusions/index",
    "cryptographicKeys/index", "dashboards/index", "dashboards/listTemplates", "decayingModel/getAllDecayingModels",
    "connectedAuthorities/index", "legalRules/index", "retentionRules/index",
    "decayingModel/index", "memberCommunities/index", "membershipApplications/index", "membershipAssessments/index",
    "membershipConditions/index", "membershipInvitations/index", "membershipOffenceData/index",
    "membershipPhases/index", "memberships/index", "mispPolicies/index",
    "modules/index", "noticelists/index", "organisations/index", "publicRecordsCases/index", "roles/index",
    "servers/index", "sharing_group_blueprints/generateUuidList", "sharing_group_blueprints/index",
    "sharing_groups/index", "supportRequests/index", "tasks/index", "taxiiCollections/index", "taxiiServers/index",
    "trainings/index", "userSettings/index",
}  # fmt: skip


def lists() -> Iterator[tuple[str, bool]]:
    """Each endpoint that lists, and whether its function pages its result."""
    for path in API.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            names = [_endpoint(decorator) for decorator in function.decorator_list]
            calls = {_called(node) for node in ast.walk(function)}
            yield from ((name, not calls.isdisjoint(PAGED)) for name in names if name and _is_list(name))


def _endpoint(decorator: ast.expr) -> str:
    if (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == "endpoint"
    ):
        return str(ast.literal_eval(decorator.args[0]))
    return ""


def _called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "id", getattr(function, "attr", ""))


def _is_list(name: str) -> bool:
    action = name.rpartition("/")[2].lower()
    return action.endswith("index") or any(word in action for word in ("search", "list", "getall"))


def test_every_list_has_a_largest_page() -> None:
    found = dict(lists())
    assert len(found) > 50
    unlimited = {name for name, pages in found.items() if not pages}
    assert unlimited - LIMITED_ELSEWHERE - SHORT == set()
    assert (LIMITED_ELSEWHERE | SHORT) - unlimited == set(), "removed, or paged by now"
