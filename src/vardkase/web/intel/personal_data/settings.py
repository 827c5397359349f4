"""Whether an organisation lets readers know how much is withheld from them in its events."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.personal_data.answers import tell_withheld
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.pages import PageRequest, page


class WithheldForm(forms.Form):
    tells = forms.BooleanField(
        label=_("Tell readers how many items are withheld from them"),
        required=False,
        help_text=_(
            "Organisations without a legal ground do not see personal data on offences in your events. With this they "
            "see the number of such items in each event, and nothing else about them."
        ),
    )


@page(Permission.ADMIN, writes=True)
def withheld_items(request: PageRequest) -> HttpResponse:
    told = Organisation.objects.filter(pk=request.actor.organisation_id, tells_withheld=True).exists()
    form = WithheldForm(request.POST if request.method == "POST" else None, initial={"tells": told})
    if form.is_valid():
        tell_withheld(request.actor, tells=form.cleaned_data["tells"])
        messages.success(request, gettext("Saved."))
        return redirect("withheld_items")
    return edit_page(
        request, form, gettext("Withheld items in our events"), [(gettext("Events"), reverse("events"))]
    )
