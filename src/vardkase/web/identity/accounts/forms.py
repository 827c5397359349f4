"""Forms for the user's own account and keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import now_seconds
from vardkase.identity.accounts.key_days import end_of, latest_day
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.preferences import THEMES
from vardkase.identity.accounts.services.bound_keys import longest_key_of, must_be_bound

YEAR = 365
THEME_WORDS = {"auto": _("Match system"), "light": _("Light"), "dark": _("Dark")}


class OwnAccountForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), max_length=255, help_text=_("You use this address to sign in.")
    )


class LooksForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(label=_("Colour theme"), choices=[(one, THEME_WORDS[one]) for one in THEMES])


class KeyForm(forms.Form):
    comment = forms.CharField(
        label=_("What the key is for"), max_length=200, help_text=_("For example: the SIEM’s import job")
    )
    expiration = forms.DateField(
        label=_("Expiry date (last valid day)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Without a date, the key never expires."),
    )
    allowed_ips = forms.CharField(
        label=_("Allowed IP addresses"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Addresses or networks, one per line. Leave empty to allow any address."),
    )
    read_only = forms.BooleanField(label=_("Read-only key"), required=False)

    def __init__(self, data: QueryDict | None, owner: User) -> None:
        days = longest_key_of(owner) if must_be_bound(owner) else YEAR
        latest = latest_day(now_seconds(), min(days, YEAR))
        super().__init__(data, initial={"expiration": latest})
        if must_be_bound(owner):
            hint = _("At most %(days)s days from today: no later than %(day)s.")
            day = date_format(latest_day(now_seconds(), days), "j F Y")
            self.fields["expiration"].help_text = hint % {"days": days, "day": day}
            self.fields["allowed_ips"].help_text = _("Addresses or networks, one per line.")
            for name in ("expiration", "allowed_ips"):
                self.fields[name].required = True

    def clean_expiration(self) -> Any:
        day = self.cleaned_data["expiration"]
        if day is not None and day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a date in the future."))
        return day

    def wire(self) -> dict[str, Any]:
        day = self.cleaned_data["expiration"]
        return self.cleaned_data | {"expiration": end_of(day) if day else ""}


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("A passphrase of several words is easy to remember and hard to guess."),
    )
