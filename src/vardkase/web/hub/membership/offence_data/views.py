"""Who may process personal data on offences: by legal form, and by permission for one organisation."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext

from vardkase.hub.law.kinds import LegalRuleKind, YesNo
from vardkase.hub.law.queries import answer
from vardkase.hub.membership.offence_data import queries, services
from vardkase.hub.membership.offence_data.rules import OFFENCE_DATA
from vardkase.hub.membership.phases.services import OFFICERS
from vardkase.hub.membership.sectors import Sector
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.membership.offence_data.forms import EndForm, PermissionForm
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

LEGAL_OFFICER = (StaffRole.LEGAL_OFFICER,)
MOST = 200
"""Permissions that are shown, the newest."""


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponse:
    may_record = StaffRole.LEGAL_OFFICER in request.actor.staff
    permissions = list(queries.permissions()[: MOST + 1])
    context = {
        "forms": [_form_row(ground, may_record) for ground in queries.form_grounds()],
        "permissions": permissions[:MOST],
        "more": len(permissions) > MOST,
        "may_record": may_record,
    }
    return render(request, "offence_data/permissions.html", context)


@page(staff=LEGAL_OFFICER, writes=True)
def record(request: PageRequest) -> HttpResponse:
    form = PermissionForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            given = form.cleaned_data
            return proposed(
                request,
                services.propose_permission(
                    request.actor, given["organisation"], given["since"], given["until"], given["reference"]
                ),
            )
    intro = gettext(
        "The organisation can then read personal data on offences that others share with it, and share such data "
        "itself. A second person approves."
    )
    return edit_page(
        request, form, gettext("Record a permission"), _parents(), save=gettext("Propose"), intro=intro
    )


@page(staff=LEGAL_OFFICER, writes=True)
def end(request: PageRequest, pk: int) -> HttpResponse:
    permission = services.find_permission(pk)
    form = EndForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            return proposed(request, services.propose_ending(request.actor, pk, form.cleaned_data["reason"]))
    return edit_page(
        request,
        form,
        gettext("End a permission"),
        _parents(),
        save=gettext("Propose"),
        things=[str(permission)],
    )


def _parents() -> list[Crumb]:
    return [
        (gettext("Phases"), reverse("phases")),
        (gettext("Personal data on offences"), reverse("offence_permissions")),
    ]


def _form_row(ground: queries.FormGround, may_record: bool) -> dict[str, object]:
    label = Sector(ground.legal_form).label if ground.legal_form else gettext("Not a member")
    if ground.rule is not None:
        return {
            "label": label,
            "is_open": answer(ground.rule.key) == YesNo.YES,
            "why": ground.rule.content.title,
            "url": reverse("legal_rule", args=[LegalRuleKind.QUESTION.value, ground.rule.key]),
        }
    since = ground.precondition.since if ground.precondition else None
    return {
        "label": label,
        "is_open": since is not None,
        "why": pgettext("of a legal form", "The legal precondition for private organisations"),
        "url": reverse("precondition", args=[OFFENCE_DATA]) if may_record else "",
    }
