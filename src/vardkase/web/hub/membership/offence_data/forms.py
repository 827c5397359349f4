"""Forms for permissions to process personal data on offences."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.offence_data.services import LONGEST
from vardkase.web.ui.forms.fields import day_field


class PermissionForm(forms.Form):
    organisation = forms.CharField(
        label=_("Organisation"), max_length=255, help_text=_("Its name, number or UUID.")
    )
    reference = forms.CharField(
        label=_("Law or decision"),
        max_length=LONGEST,
        help_text=_("For example a decision of Integritetsskyddsmyndigheten, with its date and number."),
    )
    since = day_field(label=_("In force from"))
    until = day_field(label=_("Last day"), required=False, help_text=_("Leave empty for no end date."))


class EndForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=LONGEST)
