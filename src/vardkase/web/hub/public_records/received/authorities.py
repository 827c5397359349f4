"""The connected authorities, and a legal officer's decision where the legal form leaves it open."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.hub.law.queries import provisions
from vardkase.hub.membership.sectors import Sector
from vardkase.hub.public_records.received import authorities
from vardkase.hub.public_records.received.access import OVERSEERS
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.public_records.received.forms import AuthorityForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.pages import PageRequest, page


@page(staff=OVERSEERS)
def index(request: PageRequest) -> HttpResponseBase:
    cited = {key: provision.title for key, provision in provisions().items()}
    rows = [
        {
            "authority": one,
            "form": Sector(one.legal_form).label,
            "provision": cited.get(one.provision, one.provision),
        }
        for one in authorities.connected_authorities()
    ]
    if form := wanted_file(request):
        return list_file(request, form, "authorities", gettext("Connected authorities"), _columns(), rows)
    context = {
        **file_links(request),
        "rows": rows,
        "is_legal": StaffRole.LEGAL_OFFICER in request.actor.staff,
    }
    return render(request, "received/authorities.html", context)


@page(staff=(StaffRole.LEGAL_OFFICER,), writes=True)
def decide(request: PageRequest, pk: int) -> HttpResponse:
    authority = authorities.find_authority(pk)
    initial = {
        "provision": authority.provision,
        "reason": authority.reason,
        "is_authority": None if authority.is_authority is None else int(authority.is_authority),
    }
    form = AuthorityForm(request.POST or None, initial=initial)
    if form.is_valid():
        with errors_shown_in(form):
            authorities.decide_authority(request.actor, pk, **form.cleaned_data)
            messages.success(request, gettext("The decision has been saved."))
            return redirect("authorities")
    return edit_page(
        request,
        form,
        gettext("Decide whether the member is an authority"),
        [(gettext("Connected authorities"), reverse("authorities"))],
        save=gettext("Save the decision"),
        intro=authority.name,
    )


def _columns() -> Columns[dict[str, Any]]:
    return {
        gettext("Organisation"): lambda row: row["authority"].name,
        gettext("Legal form"): lambda row: row["form"],
        gettext("Provision"): lambda row: row["provision"],
        gettext("Since"): lambda row: row["authority"].since,
        gettext("Connected"): lambda row: gettext("Yes") if row["authority"].is_connected else gettext("No"),
    }
