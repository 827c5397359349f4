"""Form for recording users' training."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.core.clock import today
from vardkase.hub.training.queries import modules_named, trainees
from vardkase.identity.access.actor import Actor


class TrainingForm(forms.Form):
    user = forms.MultipleChoiceField(
        label=pgettext_lazy("who was trained", "People"), widget=forms.CheckboxSelectMultiple
    )
    module = forms.CharField(
        label=_("Module"), max_length=200, help_text=_("As named in the policy, if the policy requires one.")
    )
    done_on = forms.DateField(
        label=_("Done on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave empty for no end date."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, actor: Actor, organisation_id: int, data: Any = None) -> None:
        self.modules = modules_named(None if actor.staff else organisation_id)
        only = self.modules[0] if len(self.modules) == 1 else ""
        super().__init__(data, initial={"done_on": today(), "module": only})
        people = trainees(actor).filter(org_id=organisation_id).values_list("email", flat=True)
        self.fields["user"].choices = [(email, email) for email in people]  # type: ignore[attr-defined]
        if self.modules:
            self.fields["module"].widget.attrs["list"] = "modules"
