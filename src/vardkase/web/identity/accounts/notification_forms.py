"""Form for notification preferences."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.identity.user_settings.notifications import KEYS, SWITCHES, NotificationPreferences
from vardkase.knowledge.tag_choices import tag_choices
from vardkase.web.identity.organisations.names import organisation_names
from vardkase.web.ui.forms.picker import Choices, Names, Picker


class NotificationsForm(forms.Form):
    autoalert = forms.BooleanField(label=_("E-mail me when an event is published"), required=False)
    tags = Picker(
        label=_("Only events with any of these tags"),
        help_text=_("% matches any text, as in tlp:%. Leave empty for all events."),
    )
    without_tags = Picker(label=_("Exclude events with any of these tags"))
    organisations = Picker(label=_("Only events from these organisations"))
    contactalert = forms.BooleanField(label=_("E-mail me when someone asks about our events"), required=False)
    notification_daily = forms.BooleanField(label=_("Daily summary"), required=False)
    notification_weekly = forms.BooleanField(label=_("Weekly summary"), required=False)
    notification_monthly = forms.BooleanField(label=_("Monthly summary"), required=False)
    summary_tags = Picker(label=_("Only include events with any of these tags"))
    gpgkey = forms.CharField(
        label=_("Your public OpenPGP key"),
        required=False,
        max_length=65_535,
        widget=forms.Textarea(attrs={"rows": 4, "class": "value", "spellcheck": "false"}),
        help_text=_("Used to encrypt e-mail to you, which then includes event content."),
    )
    certif_public = forms.CharField(
        label=_("Or your S/MIME certificate"),
        required=False,
        max_length=65_535,
        widget=forms.Textarea(attrs={"rows": 4, "class": "value", "spellcheck": "false"}),
        help_text=_("In PEM format. If you provide both, the OpenPGP key is used."),
    )

    def __init__(self, actor: Actor, *args: Any, plain: bool = True, **kwargs: Any) -> None:
        """`plain`: the notification rule can be expressed by this form; otherwise it is left unchanged."""
        super().__init__(*args, **kwargs)
        tags = Names(lambda text: (choice.name for choice in tag_choices(actor, text)), free=True)
        organisations = Names(lambda text: organisation_names(actor, text), free=True, countable=True)
        sources: dict[str, Choices] = {
            "tags": tags,
            "without_tags": tags,
            "summary_tags": tags,
            "organisations": organisations,
        }
        for name, source in sources.items():
            cast(Picker, self.fields[name]).source = source
        if not plain:
            for name in ("tags", "without_tags", "organisations"):
                del self.fields[name]

    def account(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*SWITCHES, *KEYS)}

    def wishes(self) -> NotificationPreferences | None:
        if "tags" not in self.fields:
            return None
        data = self.cleaned_data
        return NotificationPreferences(
            *(tuple(data[name]) for name in ("tags", "without_tags", "organisations"))
        )
