"""Form for how one is notified of something that one follows."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.subscriptions.models import Subscription
from vardkase.exchange.subscriptions.services import Channels

ON_THE_HUB, BY_MAIL, BOTH = "hub", "mail", "both"


class ChannelForm(forms.Form):
    channels = forms.ChoiceField(
        label=_("How do you want to be notified?"),
        widget=forms.RadioSelect,
        choices=[
            (ON_THE_HUB, _("On the hub")),
            (BY_MAIL, _("By e-mail")),
            (BOTH, _("On the hub and by e-mail")),
        ],
        error_messages={"required": _("Choose at least one way to be notified.")},
    )
    daily = forms.ChoiceField(
        label=_("When should the e-mail come?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("0", _("Immediately")), ("1", _("Once a day, in the morning"))],
    )

    def chosen(self) -> Channels:
        way = self.cleaned_data["channels"]
        return Channels(way != BY_MAIL, way != ON_THE_HUB, self.cleaned_data["daily"] == "1")


def now(subscription: Subscription) -> dict[str, object]:
    both = subscription.in_app and subscription.mail
    way = BOTH if both else BY_MAIL if subscription.mail else ON_THE_HUB
    return {"channels": way, "daily": "1" if subscription.daily else "0"}
