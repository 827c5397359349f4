"""Forms for case files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.case_files.models import Direction
from vardkase.hub.case_files.services import (
    LONGEST_NAME,
    LONGEST_REGISTRY_NUMBER,
    LONGEST_TEXT,
    LONGEST_TITLE,
)


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
