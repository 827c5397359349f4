"""Form for a text of the public page, in both languages side by side."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.public_pages.services import LONGEST

MARKDOWN = _(
    "Markdown: **bold**, lists with - and links written as <https://…>. {owner} becomes the name of the hub owner, and "
    "{address} its name and address."
)
SUMMARY = _(
    "One or two sentences without formatting. May be empty. {owner} becomes the name of the hub owner."
)


def _heading(language: str, **options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"lang": language})
    return forms.CharField(max_length=LONGEST["title"], widget=widget, **options)


def _summary(language: str, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2, "lang": language})
    return forms.CharField(
        max_length=LONGEST["lead"], widget=widget, required=False, help_text=SUMMARY, **options
    )


def _text(language: str, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 10, "lang": language})
    return forms.CharField(
        max_length=LONGEST["text"], widget=widget, required=False, help_text=MARKDOWN, **options
    )


class PassageForm(forms.Form):
    """`number` is the version that the form was opened on."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    title_sv = _heading("sv", label=_("Heading in Swedish"))
    lead_sv = _summary("sv", label=_("Summary in Swedish"))
    text_sv = _text("sv", label=_("Text in Swedish"))
    title_en = _heading("en", label=_("Heading in English"))
    lead_en = _summary("en", label=_("Summary in English"))
    text_en = _text("en", label=_("Text in English"))
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("For the officer who approves it."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
