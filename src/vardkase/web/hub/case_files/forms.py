"""Forms for case files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from vardkase.hub.case_files.appeals.models import CourtOutcome, number_of
from vardkase.hub.case_files.appeals.services import EXCEPTIONS, LONGEST_LINE
from vardkase.hub.case_files.appeals.services import LONGEST_TEXT as LONGEST_CLAIM
from vardkase.hub.case_files.models import CaseDocument, Direction
from vardkase.hub.case_files.services import (
    LONGEST_NAME,
    LONGEST_REGISTRY_NUMBER,
    LONGEST_TEXT,
    LONGEST_TITLE,
)
from vardkase.web.ui.forms.fields import day_field


def moment_field(**options: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        required=False,
        help_text=_("Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        **options,
    )


class CaseDocumentForm(forms.Form):
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Direction.choices, widget=forms.RadioSelect, initial=Direction.INCOMING
    )
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    counterpart = forms.CharField(label=_("From or to whom"), max_length=LONGEST_TITLE)
    occurred_at = moment_field(label=_("When it arrived or was sent"))
    text = forms.CharField(
        label=_("Text"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 8})
    )
    file = forms.FileField(label=_("File"), required=False, help_text=_("Up to 20 MB."))


class CallForm(forms.Form):
    who = forms.CharField(label=_("Who you spoke with"), max_length=LONGEST_NAME)
    occurred_at = moment_field(label=_("When"))
    text = forms.CharField(
        label=_("What was said of importance to the case"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class CaseRegistryForm(forms.Form):
    registry_number = forms.CharField(
        label=_("Case reference number"), required=False, max_length=LONGEST_REGISTRY_NUMBER
    )


class CommentForm(forms.Form):
    """What a party says: a text, a file, or both."""

    text = forms.CharField(
        label=_("Comments"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    file = forms.FileField(label=_("File"), required=False, help_text=_("Up to 20 MB."))


class RecordedCommentForm(CommentForm):
    who = forms.CharField(label=_("Who commented"), max_length=LONGEST_NAME)
    occurred_at = moment_field(label=_("When it arrived"))
    field_order = ("who", "occurred_at")


class AppealForm(forms.Form):
    decision = forms.ChoiceField(label=_("Decision that is appealed"))
    appellant = forms.CharField(label=_("Who appeals"), max_length=LONGEST_LINE)
    claim = forms.CharField(
        label=_("How the decision is to be changed, according to the appeal"),
        max_length=LONGEST_CLAIM,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    asks_for_stay = forms.BooleanField(
        label=_("Asks that the decision not apply for the time being (a stay)"), required=False
    )
    arrived_on = day_field(label=_("Arrived on"))
    deemed_on = day_field(
        label=_("Counts as having arrived on"),
        required=False,
        help_text=_(
            "The working day before, if it probably reached the authority then (22 § förvaltningslagen)."
        ),
    )
    deemed_why = forms.CharField(
        label=_("Why it counts as having arrived then"), required=False, max_length=LONGEST_LINE
    )
    file = forms.FileField(label=_("The appeal as it arrived"), required=False, help_text=_("Up to 20 MB."))

    def __init__(self, decisions: Iterable[CaseDocument], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["decision"]
        field.choices = _named(decisions)


class TimeForm(forms.Form):
    exception = forms.ChoiceField(
        label=_("Exception, if it came too late"),
        choices=[(each.value, each.label) for each in EXCEPTIONS],
        required=False,
    )
    note = forms.CharField(
        label=_("Why the exception applies, or further reasons for the dismissal"),
        required=False,
        max_length=LONGEST_CLAIM,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ChangedForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), max_length=LONGEST_CLAIM, widget=forms.Textarea(attrs={"rows": 4})
    )


class StatementDayForm(ChangedForm):
    until = day_field(label=_("The security statement counts as valid until"))
    field_order = ("until", "note")


class NewDecisionForm(ChangedForm):
    decision = forms.ChoiceField(label=_("New decision"))
    field_order = ("decision", "note")

    def offer(self, decisions: Iterable[CaseDocument]) -> None:
        field: Any = self.fields["decision"]
        field.choices = _named(decisions)


def _named(decisions: Iterable[CaseDocument]) -> list[tuple[int, str]]:
    return [
        (each.pk, f"{number_of(each)} {each.title}, {date_format(each.occurred_at, 'j F Y')}".strip())
        for each in decisions
    ]


class ForwardForm(forms.Form):
    reviewed = forms.CharField(
        label=_("Our review of the decision"),
        max_length=LONGEST_CLAIM,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "It is in the letter to the court. For example: Vi har prövat om beslutet ska ändras och låter det stå."
        ),
    )
    court = forms.CharField(label=_("Court"), max_length=LONGEST_LINE)


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(label=_("What the court decided"), choices=CourtOutcome.choices)
    on = day_field(label=_("Date of the court’s decision"))
    note = forms.CharField(
        label=_("Case number of the court, and what it means"),
        max_length=LONGEST_CLAIM,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
