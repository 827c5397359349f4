"""Forms for the people who handle public records, and for their office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.public_records.officers.services import AMOUNTS, LARGEST, TEXTS


class OfficerForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address of a user in your organisation"),
        max_length=255,
        help_text=_("This person will see every request to your authority, and answers on its behalf."),
    )


LABELS: dict[str, Any] = {
    "address": _("Postal address"),
    "email": _("E-mail address of the registry"),
    "phone": _("Phone"),
    "court": _("Court that tries appeals"),
    "free_below": _("No fee below this number of pages"),
    "first_pages": _("Pages that the first fee covers"),
    "first_fee": _("First fee, in SEK"),
    "page_fee": _("Fee for each further page, in SEK"),
}
HINTS: dict[str, Any] = {
    "address": _("On one line, as letters and appeals reach the authority."),
    "court": _("The administrative court of appeal, for example Kammarrätten i Göteborg."),
    "free_below": _(
        "State authorities follow Section 16 of the Fees Ordinance (1992:191): nothing below 10 pages, SEK 50 for 10, "
        "SEK 2 for each more. Municipalities and regions enter their own tariff."
    ),
}


class OfficeForm(forms.Form):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, most in TEXTS.items():
            kind = forms.EmailField if name == "email" else forms.CharField
            self.fields[name] = kind(
                label=LABELS[name], max_length=most, required=False, help_text=HINTS.get(name, "")
            )
        for name in AMOUNTS:
            self.fields[name] = forms.IntegerField(
                label=LABELS[name], min_value=0, max_value=LARGEST, help_text=HINTS.get(name, "")
            )
