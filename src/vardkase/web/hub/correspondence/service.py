"""After a letter: its service, recorded by officers or confirmed by the party, and corrected copies."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.audit.services import AuditActor
from vardkase.core.mail.kinds import kind_named
from vardkase.hub.correspondence.letters import correcting
from vardkase.hub.correspondence.letters.handling import find_to_handle
from vardkase.hub.correspondence.letters.service import confirm_receipt, record_service
from vardkase.hub.correspondence.letters.writing import SWEDISH
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members.models import Membership
from vardkase.web.hub.correspondence.forms import CorrectionForm, ServiceForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.mail_messages import post_the_letter, say_sent
from vardkase.web.ui.pages import PageRequest, page


@page(staff=EDITORS, writes=True)
def record(request: PageRequest, pk: int) -> HttpResponse:
    letter = find_to_handle(request.actor, pk)
    form = ServiceForm(request.POST or None)
    back = page_about(letter)
    if form.is_valid():
        with errors_shown_in(form):
            record_service(request.actor, pk, **form.cleaned_data)
            messages.success(request, gettext("Service has been recorded."))
            return redirect(back)
    intro = gettext("When and how the letter reached somebody who may receive it for the party.")
    return edit_page(request, form, gettext("Record service"), [(str(letter), back)], intro=intro)


@page(staff=EDITORS, writes=True)
def correct(request: PageRequest, pk: int) -> HttpResponse:
    letter = find_to_handle(request.actor, pk)
    back = page_about(letter)
    form = CorrectionForm(
        kind_named(letter.kind), correcting.contents_of(letter).facts[SWEDISH], request.POST or None
    )
    if form.is_valid():
        with errors_shown_in(form):
            texts = {name: text for name, text in form.cleaned_data.items() if name != "why"}
            correcting.correct(request.actor, pk, texts, form.cleaned_data["why"])
            say_sent(request, gettext("The corrected copy has been sent to the party."), post_the_letter())
            return redirect(back)
    intro = gettext(
        "For obvious slips of the pen, of calculation and the like. The original is kept, and the copy says at the top "
        "what was corrected. Anything else is changed by a new decision."
    )
    return edit_page(
        request,
        form,
        gettext("Correct an error"),
        [(str(letter), back)],
        save=gettext("Send the corrected copy"),
        intro=intro,
    )


def confirmed(request: HttpRequest, actor: AuditActor, letter: Letter) -> None:
    """Confirm the receipt as the party asked for in `request`, and say so on the next page."""
    with errors_shown_as_message(request):
        confirm_receipt(actor, letter, posted.text(request, "person"))
        messages.success(request, gettext("Thank you. The receipt of the letter is confirmed."))


def page_about(letter: Letter) -> str:
    """The address of the page of what a letter is about, for officers."""
    if letter.thing_kind == "membership":
        found = Membership.objects.filter(pk=letter.thing_id).values_list("organisation", flat=True).first()
        return reverse("member", args=[found]) if found else reverse("members")
    if letter.thing_kind == "application":
        number = Application.objects.filter(pk=letter.thing_id).values_list("number", flat=True).first()
        return reverse("application", args=[number]) if number else reverse("applications")
    return reverse("case_file", args=[letter.number.rpartition(":")[0]])
