"""Forms of the spill procedure."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.spills.models import HolderAnswer, SpillKind
from vardkase.hub.spills.records import LATER, LONGEST, LONGEST_REFERENCE

WITHOUT_CONTENT = _(
    "Do not repeat the information itself: what you write here is kept after the event is deleted."
)


class DeclareSpillForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What do you suspect?"),
        choices=SpillKind.choices,
        initial=SpillKind.UNSURE,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST,
        help_text=WITHOUT_CONTENT,
    )


class DeclareAnySpillForm(DeclareSpillForm):
    event = forms.CharField(label=_("Event"), max_length=40, help_text=_("Its number or UUID."))
    field_order = ("event", "kind", "reason")


class SpillKindForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What is suspected?"), choices=SpillKind.choices, widget=forms.RadioSelect
    )


class SpillReportForm(forms.Form):
    at = forms.DateTimeField(
        label=_("Reported"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    reference = forms.CharField(
        label=_("Reference at the Security Service"), required=False, max_length=LONGEST_REFERENCE
    )
    not_because = forms.CharField(
        label=_("If no report is made: why?"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example because somebody else has made it, or because it is plainly a false alarm."),
    )


class SpillGroundForm(forms.Form):
    ground = forms.CharField(
        label=_("Legal ground for deletion"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The regulation or decision that permits destruction, with its number and date."),
    )


class SpillReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=WITHOUT_CONTENT,
    )


class HolderAnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[(each.value, each.label) for each in HolderAnswer if each in LATER],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=WITHOUT_CONTENT,
    )


class SpillCloseForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
