"""Marking somebody as trained."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.core.errors import FieldErrors
from vardkase.hub.training.queries import modules_named, trainees
from vardkase.identity.access.actor import Actor


class TrainingForm(forms.Form):
    """Who, what, when, and until when it holds."""

    email = forms.ChoiceField(label=_("Person"))
    module = forms.CharField(
        label=_("Module"), max_length=200, help_text=_("As the policy names it, where it asks for one.")
    )
    done_on = forms.DateField(
        label=_("Done on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=_("Holds until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: for good."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, actor: Actor, data: Any = None) -> None:
        named = modules_named(actor)
        super().__init__(data, initial={"done_on": today(), "module": named[0] if len(named) == 1 else ""})
        people = trainees(actor).values_list("email", flat=True)
        self.fields["email"].choices = [(email, email) for email in people]  # type: ignore[attr-defined]

    def show(self, errors: FieldErrors | str) -> None:
        """Show what was refused, each at its field."""
        if isinstance(errors, str):
            self.add_error(None, errors)
            return
        for name, texts in errors.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)
