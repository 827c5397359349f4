"""The contact directory for incidents: on the page, in print, as PDF and as a list."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext

from vardkase.hub.membership.contacts.models import Contact
from vardkase.hub.membership.contacts.services import READERS
from vardkase.hub.membership.sectors import Sector
from vardkase.hub.office.directory.queries import DirectoryEntry, directory, printed_directory
from vardkase.web.ui.files import download
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import searched
from vardkase.web.ui.pages import PageRequest, page

STAFF = tuple(sorted(READERS))
type ContactLine = tuple[DirectoryEntry, Contact | None]


@page(staff=STAFF)
def index(request: PageRequest) -> HttpResponseBase:
    chosen = _chosen(request)
    entries = directory(request.actor, **chosen)
    if form := wanted_file(request):
        lines: list[ContactLine] = []
        for entry in entries:
            lines += [(entry, contact) for contact in entry.contacts] or [(entry, None)]
        return list_file(request, form, "contacts", gettext("Contacts for incidents"), _columns(), lines)
    context = {
        "entries": entries,
        "missing": sum(not entry.has_security_contact for entry in entries),
        "sectors": Sector.choices,
        "sector": chosen["sector"],
        "q": chosen["text"],
        "is_narrowed": any(chosen.values()),
        **file_links(request),
    }
    return render(request, "office/directory.html", context)


@page(staff=STAFF)
def printed(request: PageRequest) -> HttpResponseBase:
    language = "en" if get_language() == "en" else "sv"
    content = printed_directory(request.actor, **_chosen(request), language=language)
    return download([content], f"contacts-{timezone.localdate().isoformat()}.pdf", "application/pdf")


def _chosen(request: PageRequest) -> dict[str, str]:
    sector = request.GET.get("sector", "")
    return {"text": searched(request), "sector": sector if sector in Sector.values else ""}


def _columns() -> Columns[ContactLine]:
    def of_contact(name: str) -> Any:
        return lambda line: getattr(line[1], name) if line[1] else ""

    return {
        gettext("Organisation"): lambda line: line[0].name,
        gettext("Sector"): lambda line: line[0].membership.get_sector_display(),
        gettext("Role"): lambda line: (
            line[1].get_role_display() if line[1] else gettext("No contact registered")
        ),
        gettext("Name"): of_contact("name"),
        gettext("Telephone"): of_contact("phone"),
        gettext("E-mail address"): of_contact("email"),
        gettext("Changed"): of_contact("changed"),
    }
