"""Deny by default: every page and endpoint declares its permission."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from vardkase.api import registry
from vardkase.api.dispatch import declared_permissions

ALLAUTH = ("allauth.",)
"""Sign-in pages are public: allauth's views check access themselves, and web.middleware.SignedIn knows them."""

CHANGES = {
    "add",
    "edit",
    "delete",
    "enable",
    "disable",
    "toggle",
    "publish",
    "unpublish",
    "remove",
    "restore",
}

OWN_THINGS = {
    "approvalRequests/approve": "refused to everybody, with a sentence that this is done on the pages",
    "approvalRequests/decline": "the same",
    "approvalRequests/withdraw": "the proposer takes it back; the service refuses others'",
    "approvals/withdraw": "the requester takes it back; the service refuses others'",
    "dashboards/deleteTemplate": "everyone their own layouts; the service refuses others'",
    "dashboards/import": "everyone lays out their own dashboard",
    "dashboards/saveTemplate": "everyone their own layouts; the service refuses others'",
    "dashboards/updateSettings": "everyone lays out their own dashboard",
    "bookmarks/add": "everyone keeps their own",
    "bookmarks/delete": "everyone their own; the service refuses others' to all but administrators",
    "bookmarks/edit": "the same",
    "events/contact": "readers of an event may write to those who made it, so many times an hour, as in MISP",
    "favourite_tags/toggle": "everyone marks tags for themselves",
    "organisationSecurity/setModes": "administrators their own, membership officers all; refused to others",
    "notifications/mark_all_read": "everyone their own",
    "notifications/mark_read": "everyone their own; the service finds no others'",
    "notifications/mark_unread": "the same",
    "subscriptions/edit": "everyone their own; the service finds no others'",
    "subscriptions/follow": "everyone follows for themselves what they may read",
    "subscriptions/unfollow": "everyone their own; the service finds no others'",
    "savedSearches/add": "everyone saves their own",
    "savedSearches/delete": "everyone their own; the service refuses others' to all but administrators",
    "savedSearches/edit": "the same",
    "caseAppeals/add": "the service finds only cases that the caller handles",
    "caseAppeals/step": "the same",
    "caseFiles/addDocument": "the same",
    "caseFiles/addNote": "the same",
    "caseFiles/archivePackage": "the same",
    "caseFiles/close": "the same",
    "caseFiles/printed": "the same",
    "caseFiles/reopen": "the same",
    "caseFiles/setRegistryNumber": "the same",
    "caseHearings/answer": "the same",
    "publicRecordsCases/add": "the service asks for an officer whom the authority has named",
    "spills/declare": "whoever may read an event may say that it must not be here; a number of times an hour",
    "supportRequests/add": "everyone asks customer service",
    "supportRequests/write": "everyone in requests of their own; the service refuses others'",
    "userSettings/delete": "everyone takes back their own settings; the service refuses others'",
    "userSettings/eventIndexColumnToggle": "everyone hides columns for themselves",
    "userSettings/setHomePage": "everyone chooses their own homepage",
    "userSettings/setSetting": "everyone sets their own; the service refuses others' to all but administrators",
    "users/change_pw": "everyone chooses their own password",
    "users/edit": "everyone edits their own account; the service refuses others' to all but administrators",
}
"""Writing endpoints without a permission: what they change is the caller's own, or is refused by the service to all
but those whom one declared permission does not name."""


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every URL pattern with its view function."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def test_every_page_declares_its_permission() -> None:
    """`@page(…)` or `@public_page` on every view of our own."""
    found = dict(views(get_resolver()))
    assert len(found) > 10
    undeclared = [
        route
        for route, view in found.items()
        if not view.__module__.startswith(ALLAUTH) and not hasattr(view, "declared_permissions")
    ]
    assert undeclared == []


def test_every_endpoint_that_changes_something_declares_writes() -> None:
    """`writes` endpoints refuse read-only keys and organisations without write access."""
    assert registry.controllers() >= {"events", "attributes", "objects", "tags"}
    silent = [
        found.name
        for found in declared_permissions()
        if found.name.rpartition("/")[2].partition("_")[0] in CHANGES and not found.writes
    ]
    assert silent == []


def test_every_endpoint_that_changes_something_needs_a_permission() -> None:
    """The exceptions are listed here, each with its reason."""
    open_to_all = {
        found.name
        for found in declared_permissions()
        if found.writes
        and not (found.requires or found.requires_any or found.site_admin or found.oversight or found.staff)
    }
    assert open_to_all == OWN_THINGS.keys()
