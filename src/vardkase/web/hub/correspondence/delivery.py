"""Letters not delivered by mail, and recording another delivery."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, NotFound
from vardkase.core.mail.services import can_send
from vardkase.hub.correspondence.letters.delivery import note_delivery, undelivered
from vardkase.hub.correspondence.letters.resending import resend
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.correspondence.queries import sent_about
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members.models import Membership
from vardkase.web.hub.correspondence.forms import DeliveryForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.pages import PageRequest, page


@page(staff=EDITORS)
def index(request: PageRequest) -> HttpResponseBase:
    letters = list(undelivered(request.actor))
    applications = Application.objects.in_bulk(_things(letters, "application"))
    members = Membership.objects.select_related("organisation").in_bulk(_things(letters, "membership"))
    rows = []
    for letter in letters:
        case, url = str(letter.thing_id), ""
        if letter.thing_kind == "application" and letter.thing_id in applications:
            case = str(applications[letter.thing_id])
            url = reverse("application", args=[applications[letter.thing_id].number])
        elif letter.thing_kind == "membership" and letter.thing_id in members:
            case = members[letter.thing_id].organisation.name
            url = reverse("member", args=[members[letter.thing_id].organisation_id])
        rows.append({"letter": letter, "case": case, "url": url, "why": _why(letter)})
    if form := wanted_file(request):
        title = gettext("Letters that have not been delivered")
        return list_file(request, form, "undelivered-letters", title, _columns(), rows)
    context = {"rows": rows, "can_send": can_send(), **file_links(request)}
    return render(request, "correspondence/undelivered.html", context)


@page(staff=EDITORS, writes=True)
def note(request: PageRequest, pk: int) -> HttpResponse:
    letter = undelivered(request.actor).filter(pk=pk).first()
    if letter is None:
        messages.error(request, gettext("This letter is not waiting for delivery."))
        return redirect("undelivered_letters")
    form = DeliveryForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            note_delivery(request.actor, pk, **form.cleaned_data)
            messages.success(request, gettext("The delivery has been recorded."))
            return redirect("undelivered_letters")
    context = {"letter": letter, "form": form}
    return render(request, "correspondence/delivery.html", context, status=422 if form.errors else 200)


@require_POST
@page(staff=EDITORS, writes=True)
def send_again(request: PageRequest, pk: int) -> HttpResponse:
    try:
        resend(request.actor, pk)
    except (Conflict, NotFound) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("The letter is on its way."))
    return redirect("undelivered_letters")


def _things(letters: list[Letter], kind: str) -> set[int]:
    return {letter.thing_id for letter in letters if letter.thing_kind == kind}


def _why(letter: Letter) -> str:
    name = f"{letter.number.replace(':', '-')}.pdf"
    mails = sent_about(letter.thing_kind, letter.thing_id).filter(attachments__contains=[name])
    last = mails.last()
    if last is None:
        return gettext("No e-mail was sent: no recipient is known.")
    return last.why or str(last.get_state_display())


def _columns() -> Columns[dict[str, Any]]:
    return {
        gettext("Number"): lambda row: row["letter"].number,
        gettext("Letter"): lambda row: row["letter"].title,
        gettext("About"): lambda row: row["case"],
        gettext("Written"): lambda row: row["letter"].at,
        gettext("Why"): lambda row: row["why"],
    }
