"""The API requirement list: completed by the organisation, decided by an officer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.hub.membership.members.queries import connection_of, details_of_member
from vardkase.hub.membership.sectors import Connection
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.sign_in_policy import services
from vardkase.identity.sign_in_policy.models import ApiRequirements
from vardkase.identity.sign_in_policy.queries import find_secured
from vardkase.web.identity.sign_in_policy.forms import RequirementsDecisionForm, RequirementsForm
from vardkase.web.identity.sign_in_policy.labels import REQUIREMENT_STATES
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page

State = ApiRequirements.State


@page()
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, pk, submits=False)


@require_POST
@page()
def submit(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, pk, submits=True)


def _write(request: PageRequest, pk: int, *, submits: bool) -> HttpResponse:
    organisation = find_secured(request.actor, pk)
    row = services.requirements_of(organisation)
    # Until the list is first filled in, it begins with what the application said.
    details = _from_application(pk) if row.pk is None or not row.software else {}
    stored = {name: getattr(row, name) for name in RequirementsForm.base_fields}
    stored["egress_addresses"] = "\n".join(row.egress_addresses)
    form = RequirementsForm(request.POST or None, initial=stored | details)
    officer = StaffRole.MEMBERSHIP_OFFICER in request.actor.staff and request.actor.organisation_id != pk
    version = ShownVersion(request, row)
    context: dict[str, Any] = {
        "form": form,
        "version": version,
        "decision": RequirementsDecisionForm(),
        "organisation": organisation,
        "row": row,
        "mark": REQUIREMENT_STATES[row.state],
        "may_decide": officer and row.state == State.SUBMITTED,
        "web_only": connection_of(pk) == Connection.WEB,
    }
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            services.save_requirements(request.actor, organisation, form.cleaned_data)
            if submits:
                services.submit_requirements(request.actor, organisation)
            messages.success(
                request, gettext("The list has been submitted.") if submits else gettext("Saved.")
            )
            return redirect("security_requirements", pk)
    return render(request, "sign_in_policy/requirements.html", context, status=version.status(form))


@require_POST
@page(staff=(StaffRole.MEMBERSHIP_OFFICER,))
def approve(request: PageRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, approve=True)


@require_POST
@page(staff=(StaffRole.MEMBERSHIP_OFFICER,))
def send_back(request: PageRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, approve=False)


def _decide(request: PageRequest, pk: int, *, approve: bool) -> HttpResponse:
    organisation = find_secured(request.actor, pk)
    with errors_shown_as_message(request):
        services.decide_requirements(
            request.actor, organisation, approve=approve, note=posted.text(request, "note")
        )
        messages.success(request, gettext("The decision has been recorded."))
    return redirect("security_requirements", pk)


def _from_application(org_id: int) -> dict[str, Any]:
    details = details_of_member(org_id)
    contact = details.get("contact_technical") or {}
    fields = {
        "software": details.get("software"),
        "egress_addresses": "\n".join(details.get("egress") or []),
        "contact_name": contact.get("name"),
        "contact_email": contact.get("email"),
        "contact_phone": contact.get("phone"),
    }
    return {name: value for name, value in fields.items() if value}
