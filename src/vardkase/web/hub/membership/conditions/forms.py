"""Forms for conditions and exceptions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.case_files.services import LONGEST_TEXT
from vardkase.hub.membership.members.adverse_decisions import CHOICES, NOTES
from vardkase.web.hub.membership.assessments.condition_rows import ConditionRows
from vardkase.web.hub.membership.members.forms import AdverseDecisionForm
from vardkase.web.ui.forms.fields import day_field
from vardkase.web.ui.forms.reason import ReasonForm


class ConditionsForm(ConditionRows, AdverseDecisionForm):
    """What a decision against a member states is needed if it has conditions, which the service decides."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*CHOICES, *NOTES):
            self.fields[name].required = False


class ConditionAnswerForm(forms.Form):
    text = forms.CharField(
        label=_("How the condition is met"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    file = forms.FileField(
        label=_("Document that shows it"), required=False, help_text=_("Optional. Up to 20 MB.")
    )


class SaidReasonForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The member reads it.")


class NewDayForm(SaidReasonForm):
    day = day_field(label=_("New last day"))
    field_order = ("day", "reason")
