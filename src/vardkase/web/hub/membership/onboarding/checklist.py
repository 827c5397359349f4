"""Items of a member's onboarding checklist, completed from its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.core.mail.services import can_send
from vardkase.hub.membership.members import queries
from vardkase.hub.membership.members.answers import certificate_of
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.rules import TECHNICAL
from vardkase.hub.membership.onboarding import services
from vardkase.hub.membership.onboarding.actions import CHECKLIST_ACTIONS
from vardkase.hub.membership.onboarding.facts import OnboardingFacts
from vardkase.hub.membership.onboarding.items import NAMES, checklist
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.exchange.servers.diagnosis import diagnosis
from vardkase.web.hub.membership.members.presenters import PILLS
from vardkase.web.hub.membership.onboarding import forms as written
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

type Data = dict[str, Any]


def _join(membership: Membership, name: str) -> str:
    return "\n".join(membership.details.get(name) or [])


def _contact(membership: Membership, name: str) -> str:
    return str((membership.details.get(f"contact_{name}") or {}).get("email", ""))


def organisation_form(membership: Membership) -> Data:
    facts = OnboardingFacts(membership)
    return {"other": facts.namesake, "uuid": facts.other_uuid}


def server_form(membership: Membership) -> Data:
    server = OnboardingFacts(membership).server
    return {"url": server.url, "push": server.push, "pull": server.pull} if server else {"push": True}


def sync_user_form(membership: Membership) -> Data:
    domain = next(iter(membership.details.get("domains") or []), "")
    return {
        "email": f"misp-sync@{domain}" if domain else "",
        "addresses": _join(membership, "egress"),
        "until": written.a_year_on(),
        "send_to": _contact(membership, "technical"),
    }


ITEM_FORMS: Mapping[str, tuple[type[forms.Form], Callable[[Membership], Data]]] = {
    "organisation": (written.ChecklistOrganisationForm, organisation_form),
    "administrator": (written.AdministratorForm, lambda member: {"email": _contact(member, "main")}),
    "domain": (
        written.ChecklistDomainForm,
        lambda member: {"domain": next(iter(member.details.get("domains") or []), "")},
    ),
    "networks": (
        written.ChecklistNetworksForm,
        lambda member: {"networks": "\n".join(member.organisation.networks) or _join(member, "networks")},
    ),
    "certificate": (
        written.ChecklistCertificateForm,
        lambda member: {"pem": certificate_of(member.application.answers) if member.application else ""},
    ),
    "sync_user": (written.SyncUserForm, sync_user_form),
    "server": (written.ServerForm, server_form),
}
"""The form for each of `CHECKLIST_ACTIONS`, and what it is filled with."""

ELSEWHERE = {
    "requirements": ("security_requirements", _("Open the list of requirements")),
    "domain": ("security", _("Security of the organisation")),
    "networks": ("security", _("Security of the organisation")),
    "certificate": ("security", _("Security of the organisation")),
}
"""Pages where an item is done, or where more is said of it, by who may do items."""

BY_MAIL = frozenset({"administrator", "sync_user"})
"""Items that are done by a private link, which is mailed."""


@page(staff=TECHNICAL, allowed_while_suspended=True)
def item(request: PageRequest, pk: int, name: str) -> HttpResponse:
    if name not in NAMES:
        raise Http404
    membership = queries.find_membership(request.actor, pk)
    form_class, initial = ITEM_FORMS.get(name, (None, None))
    if request.method != "POST":
        form = form_class(initial=initial(membership)) if form_class and initial else None
        return _shown(request, membership, name, form)
    if form_class is None:
        raise Http404
    form, action = form_class(request.POST), CHECKLIST_ACTIONS[name]
    results: list[object] = []
    if form.is_valid() and _done(
        form, lambda: results.append(action.do(request.actor, pk, form.cleaned_data))
    ):
        if isinstance(results[0], ApprovalRequest):
            return proposed(request, results[0])
        if name in BY_MAIL and not can_send():
            messages.warning(
                request,
                gettext("The account has been created, but the hub cannot send e-mail: nothing was sent."),
            )
        else:
            messages.success(request, gettext("Done."))
        membership.refresh_from_db(fields=["organisation"])  # It may be of another organisation now.
        return redirect("member", membership.organisation_id)
    return _shown(request, membership, name, form, status=422)


@page(staff=TECHNICAL, allowed_while_suspended=True)
def test(request: PageRequest, pk: int) -> HttpResponse:
    membership = queries.find_membership(request.actor, pk)
    server = OnboardingFacts(membership).server
    if request.method != "POST" or server is None:
        return redirect("member_item", pk, "server")
    checked = services.test_connection(request.actor, pk)
    form = written.ServerForm(initial=server_form(membership))
    return _shown(request, membership, "server", form, found=diagnosis(server, checked), server=server)


@require_POST
@page(staff=TECHNICAL, allowed_while_suspended=True)
def waive(request: PageRequest, pk: int, name: str) -> HttpResponse:
    if name not in NAMES:
        raise Http404
    form = written.WaiveForm(request.POST)
    if form.is_valid() and _done(
        form, lambda: services.waive(request.actor, pk, name, form.cleaned_data["note"])
    ):
        return redirect("member", pk)
    membership = queries.find_membership(request.actor, pk)
    return _shown(request, membership, name, None, waive_form=form, status=422)


@require_POST
@page(staff=TECHNICAL, allowed_while_suspended=True)
def reopen(request: PageRequest, pk: int, name: str) -> HttpResponse:
    if name not in NAMES:
        raise Http404
    services.reopen(request.actor, pk, name)
    return redirect("member", pk)


def _done(form: forms.Form, work: Callable[[], object]) -> bool:
    with errors_shown_in(form):
        work()
    return not form.errors


def _shown(
    request: PageRequest,
    membership: Membership,
    name: str,
    form: forms.Form | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    line = next((line for line in checklist(membership) if line.item.name == name), None)
    if line is None:
        raise Http404
    context = {
        "membership": membership,
        "organisation": membership.organisation,
        "line": line,
        "pill": PILLS[line.state],
        "form": form
        if name != "organisation" or StaffRole.MEMBERSHIP_OFFICER in request.actor.staff
        else None,
        "waive_form": written.WaiveForm(),
        "decides": StaffRole.MEMBERSHIP_OFFICER in request.actor.staff,
        "elsewhere": ELSEWHERE.get(name),
        "has_server": name == "server" and OnboardingFacts(membership).server is not None,
        **more,
    }
    return render(request, "onboarding/item.html", context, status=status)
