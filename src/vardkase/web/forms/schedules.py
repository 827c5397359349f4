"""Forms for schedules."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.core.schedules import Rhythm
from vardkase.identity.accounts.four_eyes.services import LONGEST


class ScheduleForm(forms.Form):
    rhythm = forms.ChoiceField(
        label=_("How often"),
        choices=[
            (Rhythm.QUARTERLY.value, _("Each quarter of an hour")),
            (Rhythm.HOURLY.value, _("Each hour")),
            (Rhythm.DAILY.value, _("Each day")),
            (Rhythm.WEEKLY.value, _("Each week, on Mondays")),
            (Rhythm.MONTHLY.value, _("Each month, on the first")),
        ],
    )
    at = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("By the hub's clocks. Of what is done each hour, the minutes count."),
    )
    on = forms.BooleanField(label=_("The hub does this by itself"), required=False)
    reason = forms.CharField(
        label=_("Why this is changed"),
        required=False,
        max_length=LONGEST,
        help_text=_("For the second officer, where one has to approve the change."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
