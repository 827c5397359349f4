"""Publishing to organisations that are chosen one by one: a sharing group with exactly these."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, Forbidden
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import SharingGroup
from vardkase.identity.organisations.queries import organisations, require_index
from vardkase.identity.organisations.services.ad_hoc_groups import group_for
from vardkase.intel.columns import EventRow
from vardkase.intel.publication_requests.group_requests import request_group
from vardkase.intel.publication_requests.models import PublicationRequest
from vardkase.intel.publication_requests.queries import request_about
from vardkase.web.intel.editing.common import own_event
from vardkase.web.ui.chips import GROUP
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.picker import Picker, RowChoices
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices


class ReceiversForm(forms.Form):
    organisations = Picker(label=_("Organisations"), help_text=_("Your own organisation is always included."))
    name = forms.CharField(
        label=_("Name of the sharing group"),
        required=False,
        max_length=200,
        help_text=_(
            "Used only if there is no sharing group with exactly these organisations yet. Without a name, it is "
            "called after them."
        ),
    )
    ask = forms.BooleanField(
        label=_("Ask our administrators to create the sharing group if it does not exist"),
        required=False,
        help_text=_(
            "You may use sharing groups, but not create them. If there is none with exactly these organisations, "
            "your administrators are asked to create it and to publish the event."
        ),
    )

    def __init__(self, actor: Actor, data: object = None, asked: PublicationRequest | None = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.initial["organisations"] = [str(each) for each in asked.organisation_ids] if asked else []
        others = RowChoices(lambda: organisations("local").exclude(pk=actor.organisation_id))
        self.fields["organisations"].source = others  # type: ignore[attr-defined]
        del self.fields["ask" if actor.may(Permission.SHARING_GROUP) else "name"]

    @property
    def organisation_ids(self) -> list[int]:
        texts: Sequence[str] = self.cleaned_data["organisations"]
        return [int(text) for text in texts if text.isdecimal() and len(text) < 19]


@page(Permission.PUBLISH, Permission.ADD, writes=True)
def choose(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    require_index(request.actor)
    asked = request_about(request.actor, event.id)
    form = form_with_pickers(request, lambda data: ReceiversForm(request.actor, data, asked))
    if form.is_valid():
        with errors_shown_in(form):
            group = _group(request, event, form)
            if group is not None:
                query = {"distribution": GROUP, "sharing_group_id": group.pk}
                return redirect(f"{reverse('event_publish', args=[event.id])}?{urlencode(query)}")
            if not form.errors:
                # Not to the page that publishes, which would offer more receivers than were chosen.
                return redirect("event", event.id)
    return edit_page(
        request,
        form,
        gettext("Choose organisations"),
        [
            (gettext("Events"), reverse("events")),
            (str(event.id), reverse("event", args=[event.id])),
            (gettext("Publish"), reverse("event_publish", args=[event.id])),
        ],
        save=gettext("Show who will see it"),
        intro=gettext(
            "Choose who should see “%(title)s”. Nothing is published until you have reviewed it on the next page."
        )
        % {"title": event.info},
        find_url=reverse("event_receivers_find", args=[event.id]),
    )


@page(Permission.PUBLISH, Permission.ADD)
def find(request: PageRequest, reference: str) -> HttpResponse:
    own_event(request.actor, reference)
    require_index(request.actor)
    return found_choices(request, ReceiversForm(request.actor))


def _group(request: PageRequest, event: EventRow, form: ReceiversForm) -> SharingGroup | None:
    """None if there is none, and the administrators have been asked for it or the form says why not."""
    try:
        return group_for(request.actor, form.organisation_ids, form.cleaned_data.get("name", ""))
    except Forbidden:
        if not form.cleaned_data.get("ask"):
            form.add_error(
                "organisations",
                gettext(
                    "No sharing group has exactly these organisations, and you may not create one. Ask your "
                    "administrators below, or choose a group on the previous page."
                ),
            )
            return None
    try:
        asked = request_group(request.actor, event.id, form.organisation_ids)
    except Conflict as refused:
        form.add_error("ask", str(refused))
        return None
    said = ngettext(
        "%(n)s administrator has been asked to create the sharing group.",
        "%(n)s administrators have been asked to create the sharing group.",
        asked,
    )
    messages.success(request, said % {"n": thin(asked)})
    return None
