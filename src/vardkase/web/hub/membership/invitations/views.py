"""Invitations, and applications received outside the web form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.views.decorators.http import require_POST

from vardkase.core.errors import Invalid
from vardkase.hub.membership.applications.services.importing import import_application, read_file
from vardkase.hub.membership.invitations import services
from vardkase.hub.membership.invitations.models import Invitation
from vardkase.hub.membership.invitations.services import InvitationStatus, standing
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.membership.invitations.forms import ApplicationImportForm, InvitationForm
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.mail_messages import say_sent
from vardkase.web.ui.pages import PageRequest, page

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)
SORTS = ("email", "created", "expires")
STANDINGS = {
    InvitationStatus.SENT: (pgettext_lazy("invitation", "Sent"), "wait"),
    InvitationStatus.USED: (pgettext_lazy("invitation", "Used"), "ok"),
    InvitationStatus.REVOKED: (pgettext_lazy("invitation", "Revoked"), "out"),
    InvitationStatus.EXPIRED: (pgettext_lazy("invitation", "Expired"), "out"),
}


@page(staff=OFFICER)
def index(request: PageRequest) -> HttpResponseBase:
    found = services.invitations(request.actor)
    if form := wanted_file(request):
        rows = in_order(request, found, SORTS, "-created")
        return list_file(request, form, "invitations", gettext("Invitations"), _columns(), rows)
    context = listed(request, found, SORTS, "-created")
    context |= {"rows": [_row(row) for row in context["rows"]], "may_invite": services.may_invite()}
    context |= file_links(request)
    return render(request, "invitations/invitations.html", context)


@page(staff=OFFICER, writes=True)
def invite(request: PageRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            services.invite(request.actor, **form.cleaned_data)
            say_sent(request, gettext("The invitation has been sent."), _when_mail_works())
            return redirect("invitations")
    context = {"form": form, "may_invite": services.may_invite()}
    return render(request, "invitations/invite.html", context, status=422 if form.errors else 200)


@require_POST
@page(staff=OFFICER, writes=True)
def send_again(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        services.send_again(request.actor, pk)
        say_sent(request, gettext("The invitation has been sent again."), _when_mail_works())
    return redirect("invitations")


def _when_mail_works() -> str:
    return gettext("Send it again from the list once the hub can send e-mail.")


@require_POST
@page(staff=OFFICER, writes=True)
def revoke(request: PageRequest, pk: int) -> HttpResponse:
    return _done(request, services.revoke, pk, gettext("The invitation has been revoked."))


@page(staff=OFFICER, writes=True)
def import_file(request: PageRequest) -> HttpResponse:
    form = ApplicationImportForm(request.POST or None, request.FILES or None)
    faults: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            document = read_file(form.cleaned_data["file"].read())
            application = import_application(request.actor, document)
        except Invalid as error:
            faults = [
                {"path": path or "–", "words": " ".join(map(str, problems))}
                for path, problems in error.by_field.items()
            ]
            form.add_error("file", gettext("The application was not accepted. Nothing was changed."))
        else:
            messages.success(request, gettext("Application %s is registered.") % application.number)
            return redirect(_page_of(application.number))
    context = {"form": form, "faults": faults}
    return render(request, "invitations/import.html", context, status=422 if form.errors else 200)


def _done(request: PageRequest, act: Any, pk: int, message: str) -> HttpResponse:
    with errors_shown_as_message(request):
        act(request.actor, pk)
        messages.success(request, message)
    return redirect("invitations")


def _columns() -> Columns[Invitation]:
    return {
        gettext("E-mail address"): lambda invitation: invitation.email,
        gettext("Status"): lambda invitation: STANDINGS[standing(invitation)][0],
        gettext("Created"): lambda invitation: invitation.created,
        gettext("Valid until"): lambda invitation: invitation.expires,
    }


def _row(invitation: Any) -> dict[str, Any]:
    label, css = STANDINGS[standing(invitation)]
    is_open = invitation.used is None and invitation.revoked is None
    return {"it": invitation, "words": label, "css": css, "is_open": is_open}


def _page_of(number: str) -> str:
    try:
        return reverse("application", args=[number])
    except NoReverseMatch:
        return reverse("invitations")
