"""Forms for schedules."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.core.schedules import Interval
from vardkase.identity.accounts.four_eyes.services import LONGEST


class ScheduleForm(forms.Form):
    rhythm = forms.ChoiceField(
        label=_("How often"),
        choices=[
            (Interval.QUARTERLY.value, _("Every 15 minutes")),
            (Interval.HOURLY.value, _("Hourly")),
            (Interval.DAILY.value, _("Daily")),
            (Interval.WEEKLY.value, _("Weekly, on Mondays")),
            (Interval.MONTHLY.value, _("Monthly, on the first")),
        ],
    )
    at = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("By the hub’s clock. For hourly tasks only the minutes count."),
    )
    on = forms.BooleanField(label=_("Run automatically"), required=False)
    reason = forms.CharField(
        label=_("Reason for the change"),
        required=False,
        max_length=LONGEST,
        help_text=_("Shown to the second officer, if one must approve the change."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
