"""The side navigation: entries, order, and visibility by permission."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NotRequired, TypedDict

from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.anonymous_publication.authoring import may_publish_anonymously
from vardkase.hub.content_access.queries import waiting_for as access_to_answer
from vardkase.hub.content_access.rules import READERS as ACCESS_READERS
from vardkase.hub.customer_service.queries import waiting_for
from vardkase.hub.data_protection.requests.queries import waiting_for as data_requests_to_answer
from vardkase.hub.data_protection.requests.queries import waiting_for_us
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.hub.membership.assessments.queries import waiting_for as applications_to_handle
from vardkase.hub.membership.contacts.services import READERS
from vardkase.hub.membership.groups.queries import KEEPERS
from vardkase.hub.membership.overview.members import LISTERS
from vardkase.hub.office.staff import DESKS
from vardkase.hub.profiles import Profile, is_available, profile
from vardkase.hub.public_records.cases.own_consultations import may_answer_for_us
from vardkase.hub.public_records.cases.own_consultations import waiting_for_us as consultations_to_answer
from vardkase.hub.public_records.cases.queries import waiting_for as requests_to_answer
from vardkase.hub.public_records.officers.rules import authority_of, may_name
from vardkase.hub.public_records.received.access import has_own_register
from vardkase.hub.spills.queries import waiting_for as spills_to_handle
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.queries import count_to_answer
from vardkase.identity.accounts.staff import StaffRole


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A navigation item. `view` is a URL name; `requires` and `staff` (any of these duties) hide it from
    others."""

    view: str
    label: str | Promise
    icon: str
    requires: Permission | None = None
    staff: tuple[StaffRole, ...] = ()
    also_site_admin: bool = False
    waiting: Callable[[Actor], int] | None = None
    """How many things wait there for the actor."""
    shown_to: Callable[[Actor], object] | None = None
    """Who else may see it, where permissions and duties do not say: asked last."""
    is_content: bool = False
    """Whether it shows what is shared, of which an operator or auditor would see an empty page."""

    def is_for(self, actor: Actor) -> bool:
        if self.is_content and actor.may_not_read_content:
            return False
        if self.also_site_admin and actor.is_site_admin:
            return True
        held = self.requires is None or actor.may(self.requires)
        if not held or (self.staff and actor.staff.isdisjoint(self.staff)):
            return False
        return self.shown_to is None or bool(self.shown_to(actor))


CONTACT_READERS = tuple(sorted(READERS))
OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
SERVICE = (*OFFICERS, StaffRole.OPERATOR)
OVERSIGHT = (*OFFICERS, StaffRole.AUDITOR)

SECTIONS: tuple[tuple[str | Promise, tuple[NavigationItem, ...]], ...] = (
    (
        _("Work"),
        (
            NavigationItem("home", _("Overview"), icon="layout-dashboard"),
            NavigationItem("events", _("Events"), icon="list-details", is_content=True),
            NavigationItem("values", _("Values"), icon="fingerprint", is_content=True),
            NavigationItem("saved_searches", _("Saved searches"), icon="bookmark", is_content=True),
            NavigationItem("tags", pgettext_lazy("noun", "Tags"), icon="tags", is_content=True),
            NavigationItem("collections", _("Collections"), icon="folder", is_content=True),
            NavigationItem("statistics", _("Statistics"), icon="chart-bar", is_content=True),
            NavigationItem("feeds", _("Feeds"), icon="rss", requires=Permission.SITE_ADMIN),
        ),
    ),
    (
        _("Share"),
        (
            NavigationItem("sharing_groups", _("Sharing groups"), icon="circles-relation", is_content=True),
            NavigationItem("proposals", pgettext_lazy("event", "Proposals"), icon="pencil", is_content=True),
            NavigationItem("sightings_every", _("Sightings"), icon="eye", is_content=True),
            NavigationItem(
                "anonymous_publication",
                _("Publish anonymously"),
                icon="eye-off",
                shown_to=may_publish_anonymously,
                is_content=True,
            ),
            NavigationItem(
                "delegations",
                pgettext_lazy("navigation", "Requests"),
                icon="arrows-exchange",
                requires=Permission.ADD,
                is_content=True,
            ),
            NavigationItem("notes", pgettext_lazy("analyst data", "Notes"), icon="message", is_content=True),
        ),
    ),
    (
        _("Our organisation"),
        (
            NavigationItem("membership", _("Membership"), icon="certificate"),
            NavigationItem("users", _("Users and keys"), icon="users", requires=Permission.ADMIN),
            NavigationItem(
                "own_security", _("Our organisation’s security"), icon="lock", requires=Permission.ADMIN
            ),
            NavigationItem(
                "received",
                _("Received register"),
                icon="archive",
                is_content=True,
                shown_to=has_own_register,
            ),
            NavigationItem(
                "audit_of_ours", _("Actions that concern us"), icon="history", requires=Permission.ADMIN
            ),
            NavigationItem("content_read", _("Operator access log"), icon="eye", requires=Permission.ADMIN),
            NavigationItem(
                "records_cases",
                _("Public records requests"),
                icon="file-search",
                shown_to=authority_of,
                waiting=requests_to_answer,
            ),
            NavigationItem(
                "records_officers",
                _("Public-records officers"),
                icon="user-star",
                requires=Permission.ADMIN,
                shown_to=may_name,
            ),
            NavigationItem("sharing_policy", _("Sharing policy"), icon="file-check"),
            NavigationItem("guide", _("Getting started"), icon="list-check"),
            NavigationItem("own_contacts", _("Contacts"), icon="address-book"),
            NavigationItem("groups", _("Organisation groups"), icon="sitemap", requires=Permission.ADMIN),
            NavigationItem(
                "own_data_requests",
                _("Personal data"),
                icon="fingerprint-scan",
                requires=Permission.ADMIN,
                waiting=waiting_for_us,
                is_content=True,
            ),
            NavigationItem(
                "own_consultations",
                _("Consultations to answer"),
                icon="message",
                shown_to=may_answer_for_us,
                waiting=consultations_to_answer,
                is_content=True,
            ),
            NavigationItem("hub", _("Our hub"), icon="plug-connected"),
            NavigationItem("support", _("Support"), icon="lifebuoy"),
            NavigationItem("help", _("Help"), icon="help-circle"),
        ),
    ),
    (
        _("Membership"),
        (
            NavigationItem("inbox", _("Inbox"), icon="inbox", staff=DESKS),
            NavigationItem("directory", _("Contacts for incidents"), icon="phone", staff=CONTACT_READERS),
            NavigationItem(
                "applications",
                _("Applications"),
                icon="clipboard-text",
                staff=OFFICERS,
                waiting=applications_to_handle,
            ),
            NavigationItem("phases", _("Phases"), icon="flag", staff=OFFICERS),
            NavigationItem(
                "invitations", _("Invitations"), icon="mail-forward", staff=(StaffRole.MEMBERSHIP_OFFICER,)
            ),
            NavigationItem("overview", _("Member overview"), icon="chart-bar", staff=OFFICERS),
            NavigationItem(
                "quarterly_reports", _("Quarterly reports"), icon="report-analytics", staff=OVERSIGHT
            ),
            NavigationItem("members", _("Members"), icon="building-community", staff=LISTERS),
            NavigationItem(
                "member_communities",
                _("Communities"),
                icon="circles",
                staff=(StaffRole.MEMBERSHIP_OFFICER,),
            ),
            NavigationItem("groups", _("Organisation groups"), icon="sitemap", staff=KEEPERS),
            NavigationItem(
                "security_organisations",
                _("Organisation security"),
                icon="shield-lock",
                staff=(StaffRole.MEMBERSHIP_OFFICER, StaffRole.OPERATOR),
                also_site_admin=True,
            ),
            NavigationItem("authorities", _("Connected authorities"), icon="building-bank", staff=OFFICERS),
            NavigationItem("case_files", _("Cases"), icon="folders", staff=OFFICERS),
            NavigationItem("law", _("Legal rules"), icon="gavel", staff=OFFICERS),
            NavigationItem(
                "data_requests",
                _("Personal data"),
                icon="fingerprint-scan",
                staff=HANDLERS,
                waiting=data_requests_to_answer,
            ),
            NavigationItem(
                "spills",
                _("Suspected spills"),
                icon="alert-triangle",
                staff=OFFICERS,
                waiting=spills_to_handle,
            ),
            NavigationItem(
                "sealed_links", _("Sealed links"), icon="lock", staff=(*OFFICERS, StaffRole.AUDITOR)
            ),
            NavigationItem("retention", _("Retention"), icon="clock-hour-4", staff=OFFICERS),
            NavigationItem("terms_and_criteria", _("Terms and criteria"), icon="file-text", staff=OFFICERS),
            NavigationItem("mail_templates", _("E-mail and letters"), icon="mail", staff=OFFICERS),
            NavigationItem(
                "service", _("Support requests"), icon="headset", staff=SERVICE, waiting=waiting_for
            ),
            NavigationItem(
                "passages",
                _("Public page"),
                icon="world",
                staff=(StaffRole.MEMBERSHIP_OFFICER,),
                also_site_admin=True,
            ),
        ),
    ),
    (
        _("The hub"),
        (
            NavigationItem("roles", _("Roles"), icon="user-shield", requires=Permission.SITE_ADMIN),
            NavigationItem(
                "organisations", _("Organisations"), icon="building", requires=Permission.SITE_ADMIN
            ),
            NavigationItem("servers", _("Connected hubs"), icon="server", requires=Permission.SITE_ADMIN),
            NavigationItem("streams", _("Streams"), icon="broadcast", requires=Permission.SITE_ADMIN),
            NavigationItem("deliveries", _("Delivery log"), icon="send", requires=Permission.SITE_ADMIN),
            NavigationItem("modules", _("Modules"), icon="puzzle", requires=Permission.SITE_ADMIN),
            NavigationItem("taxii", _("TAXII"), icon="arrows-exchange", requires=Permission.SITE_ADMIN),
            NavigationItem("reference_data", _("Reference data"), icon="folders"),
            NavigationItem("taxonomies", _("Taxonomies"), icon="books"),
            NavigationItem("galaxies", _("Galaxies"), icon="topology-star-3"),
            NavigationItem("warninglists", _("Warninglists"), icon="alert-triangle"),
            NavigationItem(
                "content_access",
                _("Operator access"),
                icon="eye",
                staff=ACCESS_READERS,
                waiting=access_to_answer,
            ),
            NavigationItem(
                "approval_requests",
                _("Approval requests"),
                icon="user-check",
                staff=(*SERVICE, StaffRole.AUDITOR),
                also_site_admin=True,
                waiting=count_to_answer,
            ),
            NavigationItem("jobs", _("Jobs"), icon="subtask", requires=Permission.SITE_ADMIN),
            NavigationItem(
                "diagnostics",
                _("Diagnostics"),
                icon="heartbeat",
                staff=OVERSIGHT,
                also_site_admin=True,
            ),
            NavigationItem("audit", _("Audit log"), icon="history", requires=Permission.AUDIT),
            NavigationItem("settings", _("Settings"), icon="settings", staff=OVERSIGHT, also_site_admin=True),
            NavigationItem(
                "backups",
                _("Backups"),
                icon="archive",
                staff=(*OVERSIGHT, StaffRole.OPERATOR),
                also_site_admin=True,
            ),
            NavigationItem(
                "schedules", _("Scheduled tasks"), icon="calendar", staff=OVERSIGHT, also_site_admin=True
            ),
        ),
    ),
)


BELOW: Mapping[str, str] = {
    "/event/": "events",
    "/event-templates/": "events",
    "/report-templates/": "events",
    "/search/": "values",
    "/value/": "values",
    "/lookup/": "values",
    "/contributions/": "proposals",
    "/questions/": "delegations",
    "/publication-requests/": "delegations",
    "/breaches/": "data_requests",
    "/office/evaluations/": "quarterly_reports",
    "/processing-record/": "data_requests",
}
"""Beginning of an address → the item that pages with it belong to, where its own address begins otherwise."""


class NavigationEntry(TypedDict):
    url: str
    label: str | Promise
    icon: str
    count: int
    current: NotRequired[bool]


class NavigationSection(TypedDict):
    title: str | Promise
    entries: list[NavigationEntry]


def sections(actor: Actor, path: str, counts: Mapping[str, int]) -> list[NavigationSection]:
    """The sections that `actor` sees at `path`; `counts`: view name → number of pending items."""
    everything: list[NavigationSection] = [
        {"title": title, "entries": list(_items(actor, items, counts))} for title, items in SECTIONS
    ]
    shown = [section for section in everything if section["entries"]]
    entries = [entry for section in shown for entry in section["entries"]]
    current = [
        entry
        for entry in entries
        if path == entry["url"] or (entry["url"] != "/" and path.startswith(entry["url"]))
    ]
    if not current:
        below = {address_of(view) for start, view in BELOW.items() if path.startswith(start)}
        current = [entry for entry in entries if entry["url"] in below]
    if current:
        # The longest, since the URL of one page may begin with that of another.
        max(current, key=lambda entry: len(entry["url"]))["current"] = True
    return shown


def pages_of(actor: Actor) -> Iterator[tuple[NavigationItem, str]]:
    """Every item that `actor` sees, with its URL."""
    for _title, items in SECTIONS:
        yield from _open_to(actor, items)


def _open_to(actor: Actor, items: Iterable[NavigationItem]) -> Iterator[tuple[NavigationItem, str]]:
    for item in items:
        url = address_of(item.view)
        if url and item.is_for(actor):
            yield item, url


def _items(
    actor: Actor, items: tuple[NavigationItem, ...], counts: Mapping[str, int]
) -> Iterator[NavigationEntry]:
    for item, url in _open_to(actor, items):
        yield {"url": url, "label": item.label, "icon": item.icon, "count": _count(item, actor, counts)}


def _count(item: NavigationItem, actor: Actor, counts: Mapping[str, int]) -> int:
    if item.view in counts or item.waiting is None:
        return counts.get(item.view, 0)
    return item.waiting(actor)


def address_of(view: str) -> str:
    # The profile is part of the key of the cache, since it decides what exists.
    return _known(view, profile())


@cache
def _known(view: str, _profile: Profile) -> str:
    url = reverse(view)
    return url if is_available(resolve(url).func) else ""
