"""Fields that several forms have: lists written one thing a line, and how far back in time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

PLAIN_TEXT = {"autocapitalize": "off", "spellcheck": "false"}
"""For names and addresses: nothing that the browser should correct."""


class LinesField(forms.CharField):
    """A text with one thing on each line; gives them as a list, each once."""

    def __init__(self, *, max_length: int = 10_000, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, **PLAIN_TEXT})
        super().__init__(required=False, widget=widget, max_length=max_length, **options)

    def clean(self, value: Any) -> Any:
        lines = (line.strip() for line in (super().clean(value) or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def prepare_value(self, value: Any) -> Any:
        """A list as lines."""
        return "\n".join(value) if isinstance(value, list | tuple) else value


class WithinField(forms.RegexField):
    """How far back, as MISP writes it: 30d, 12h or 45m; empty for however far."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            r"^\d{1,4}[dhm]$",
            required=False,
            help_text=_("A number and d (days), h (hours) or m (minutes), such as 30d. Empty: however old."),
            error_messages={"invalid": _("Write a number and d, h or m, such as 30d.")},
            **options,
        )
