"""Form for evidence of a security statement."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.membership.themes import MEASURES
from vardkase.web.ui.forms.fields import day_field


class EvidenceForm(forms.Form):
    measure = forms.ChoiceField(
        label=_("Measure"), choices=[(measure.name, measure.title) for measure in MEASURES.values()]
    )
    file = forms.FileField(
        label=_("File"), help_text=_("PDF, PNG, JPEG, DOCX, XLSX or plain text, up to 10 MB.")
    )
    valid_until = day_field(
        label=pgettext_lazy("last day", "Valid until"),
        required=False,
        help_text=_("For a certificate: its expiry date."),
    )
