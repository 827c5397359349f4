"""Shared form fields: one-per-line lists, and time ranges into the past."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

PLAIN_TEXT = {"autocapitalize": "off", "spellcheck": "false"}
"""For names and addresses: nothing that the browser should correct."""


class LinesField(forms.CharField):
    """A text area with one entry per line; returns a list without duplicates."""

    def __init__(self, *, max_length: int = 10_000, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, **PLAIN_TEXT})
        super().__init__(required=False, widget=widget, max_length=max_length, **options)

    def clean(self, value: Any) -> Any:
        lines = (line.strip() for line in (super().clean(value) or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value


class WithinField(forms.RegexField):
    """A period as MISP writes it: 30d, 12h or 45m; empty means unlimited."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            r"^\d{1,4}[dhm]$",
            required=False,
            help_text=_(
                "A number followed by d (days), h (hours) or m (minutes), such as 30d. Leave empty for no "
                "limit."
            ),
            error_messages={"invalid": _("Enter a number and d, h or m, such as 30d.")},
            **options,
        )


def day_field(**given: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)
