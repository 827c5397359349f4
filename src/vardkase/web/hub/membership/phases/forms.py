"""Forms for phases and legal preconditions, for officers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.phases.defaults import preconditions
from vardkase.hub.membership.phases.models import Phase
from vardkase.hub.membership.phases.queries import in_language
from vardkase.hub.membership.phases.services import LONGEST, LONGEST_REFERENCE, READERS
from vardkase.hub.membership.sectors import Sector
from vardkase.web.ui.forms.fields import day_field


def _line(language: str, name: str, **options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"lang": language})
    return forms.CharField(max_length=LONGEST[f"{name}_{language}"], widget=widget, **options)


class PhaseForm(forms.Form):
    title_sv = _line("sv", "title", label=_("Title in Swedish"))
    title_en = _line("en", "title", label=_("Title in English"))
    text_sv = _line("sv", "text", label=_("Text in Swedish"), required=False)
    text_en = _line("en", "text", label=_("Text in English"), required=False)
    opens = day_field(
        label=_("First day"),
        required=False,
        help_text=_("Leave empty to open the phase when its legal preconditions are in force."),
    )
    closes = day_field(
        label=_("Ends on"),
        required=False,
        help_text=_("No applications are admitted from this date. Leave empty for no end date."),
    )
    sectors = forms.MultipleChoiceField(
        label=_("Admits"), choices=Sector.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    invitation_only = forms.BooleanField(label=_("By invitation only"), required=False)
    preconditions = forms.MultipleChoiceField(
        label=_("Legal preconditions"), required=False, widget=forms.CheckboxSelectMultiple
    )

    reason = forms.CharField(
        label=_("Reason for changing the phase"),
        max_length=LONGEST_REFERENCE,
        help_text=_("Shown to the second person, who approves the change."),
    )

    def __init__(self, phase: Phase, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={name: getattr(phase, name) for name in READERS})
        known = [(name, in_language(precondition, "title")) for name, precondition in preconditions().items()]
        self.fields["preconditions"].choices = known  # type: ignore[attr-defined]


class InForceForm(forms.Form):
    since = day_field(label=_("In force from"))
    reference = forms.CharField(
        label=_("Law or decision"), max_length=LONGEST_REFERENCE, help_text=_("For example SFS 2026:417.")
    )


class RevokeForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REFERENCE)
