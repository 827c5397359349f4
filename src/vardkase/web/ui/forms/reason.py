"""A form that asks for reasons."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

ROWS = {"rows": 4}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reasons"), widget=forms.Textarea(attrs=ROWS), max_length=4000)
