"""A text of the public page, in both languages side by side."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.public_pages.services import LONGEST

MARKDOWN = _("Markdown: **bold**, lists with - and links written as <https://…>.")
LEAD = _("One or two sentences without formatting. May be empty.")


def _text(
    label: object, language: str, rows: int, longest: int, help_text: object, *, required: bool
) -> forms.CharField:
    widget = (
        forms.Textarea(attrs={"rows": rows, "lang": language})
        if rows
        else forms.TextInput(attrs={"lang": language})
    )
    return forms.CharField(
        label=label, max_length=longest, widget=widget, required=required, help_text=help_text
    )  # type: ignore[arg-type]


class PassageForm(forms.Form):
    """`number` is the version that was shown when the writing began."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    title_sv = _text(_("Heading in Swedish"), "sv", 0, LONGEST["title"], "", required=True)
    lead_sv = _text(_("Summary in Swedish"), "sv", 2, LONGEST["lead"], LEAD, required=False)
    text_sv = _text(_("Text in Swedish"), "sv", 10, LONGEST["text"], MARKDOWN, required=False)
    title_en = _text(_("Heading in English"), "en", 0, LONGEST["title"], "", required=True)
    lead_en = _text(_("Summary in English"), "en", 2, LONGEST["lead"], LEAD, required=False)
    text_en = _text(_("Text in English"), "en", 10, LONGEST["text"], MARKDOWN, required=False)
