"""Form for requesting content access."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.content_access.models import GrantReach
from vardkase.identity.organisations.models import Organisation


class ContentAccessRequestForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you need access?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The officer reads this, and so do the organisations whose content you read."),
    )
    reach = forms.ChoiceField(
        label=_("What do you need to read?"),
        choices=GrantReach.choices,
        widget=forms.RadioSelect,
        help_text=_("Ask only for what you need. Smaller requests are granted sooner."),
    )
    event = forms.CharField(
        label=_("Event"),
        required=False,
        max_length=40,
        help_text=_("Its number or UUID, if you are requesting a single event."),
    )
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.filter(local=True).order_by("name"),
        required=False,
        empty_label=_("Choose an organisation"),
        help_text=_("To request the events of a single organisation."),
    )
    hours = forms.IntegerField(label=_("Number of hours"), initial=1, min_value=1)
