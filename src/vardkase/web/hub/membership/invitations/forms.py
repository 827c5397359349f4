"""Forms for phases, legal preconditions and invitations, for officers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(
        label=_("Language of the e-mail"), choices=[("sv", _("Swedish")), ("en", _("English"))]
    )
    note = forms.CharField(
        label=_("Note for the officers"),
        max_length=300,
        required=False,
        help_text=_("Not shown to the invited organisation."),
    )


class ApplicationImportForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("The form as JSON, at most 2 MB. docs/membership.md describes it.")
    )
