"""Page for writing to those who created an event."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.mail.services import TooManyMessages
from vardkase.hub.author_relay.queries import is_anonymous
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.contact import LONGEST, contact_reporter
from vardkase.web.intel.editing.common import attempt
from vardkase.web.ui.pages import PageRequest, page


class CreatorMessageForm(forms.Form):
    message = forms.CharField(
        label=_("Message"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Enter a message.")},
    )
    person = forms.TypedChoiceField(
        label=_("Who should get it?"),
        coerce=int,
        initial=0,
        widget=forms.RadioSelect,
        choices=[
            (0, _("Everyone in the organisation")),
            (1, _("Only the person who created the event")),
        ],
    )


@page(writes=True)
def contact(request: PageRequest, reference: str) -> HttpResponse:
    event = find_event(request.actor, reference)
    if is_anonymous(event.uuid):
        return redirect("event_author", event.uuid)
    form = CreatorMessageForm(request.POST if request.method == "POST" else None)
    reached_nobody = False
    if request.method == "POST":
        try:
            sent = attempt(
                form,
                lambda: contact_reporter(
                    request.actor,
                    event.id,
                    form.cleaned_data["message"],
                    creator_only=bool(form.cleaned_data["person"]),
                ),
            )
        except TooManyMessages as refused:
            sent = None
            form.add_error(None, str(refused))
        if sent is not None and (sent.readers or sent.recipients):
            messages.success(request, gettext("Your message has been sent."))
            return redirect("event", event.id)
        # Nothing that the sender could correct, so it is no error of the form.
        reached_nobody = sent is not None
    context = {
        "heading": gettext("Ask the creator"),
        "event": event,
        "form": form,
        "creator": Organisation.objects.get(pk=event.orgc_id),
        "reached_nobody": reached_nobody,
    }
    return render(request, "events/contact.html", context)
