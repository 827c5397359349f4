"""Forms for the items of a checklist."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import now_seconds
from vardkase.identity.accounts.key_days import latest_day
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy.models import MailDomain
from vardkase.identity.sign_in_policy.services.domains import MAILBOXES
from vardkase.web.ui.forms.fields import day_field
from vardkase.web.ui.forms.reason import ROWS


class TakesTwoForm(forms.Form):
    reason = forms.CharField(
        label=_("Reasons"),
        widget=forms.Textarea(attrs=ROWS),
        max_length=4000,
        required=False,
        help_text=_("Required if another officer must approve it. You will be told if so."),
    )


class AdministratorForm(TakesTwoForm):
    field_order = ("email", "reason")
    email = forms.EmailField(
        label=_("E-mail address of the administrator"),
        help_text=_("A private link for choosing a password is sent to this address."),
    )


class SyncUserForm(TakesTwoForm):
    field_order = ("email", "addresses", "until", "send_to", "reason")
    email = forms.EmailField(
        label=_("Address of the account"),
        help_text=_("The machine’s address in the member’s own domain."),
    )
    addresses = forms.CharField(
        label=_("Addresses it connects from"),
        widget=forms.Textarea(attrs=ROWS),
        help_text=_("Fixed addresses or networks, one per line. The key only works from these."),
    )
    until = day_field(
        label=_("The key’s expiry date"), help_text=_("The key works up to and including this date.")
    )
    send_to = forms.EmailField(
        label=_("Send the link to the key to"),
        required=False,
        help_text=_("Leave empty to send it to the technical contact. The key is shown once."),
    )


class ChecklistNetworksForm(forms.Form):
    networks = forms.CharField(
        label=_("Networks"),
        widget=forms.Textarea(attrs=ROWS),
        help_text=_("As seen from the internet, one per line, such as 192.0.2.0/24."),
    )


class ChecklistCertificateForm(forms.Form):
    pem = forms.CharField(
        label=_("Client certificate"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("In PEM format. Never the private key."),
    )


class ChecklistDomainForm(forms.Form):
    domain = forms.CharField(label=_("E-mail domain"), max_length=253)
    method = forms.ChoiceField(
        label=_("Verification"),
        choices=[
            (MailDomain.Method.MAIL, _("An e-mail to the domain")),
            (MailDomain.Method.DNS, _("A record in DNS")),
        ],
    )
    mailbox = forms.ChoiceField(
        label=_("Mailbox"), choices=[(name, name) for name in MAILBOXES], required=False
    )


class ServerForm(TakesTwoForm):
    field_order = ("url", "authkey", "push", "pull", "reason")
    url = forms.CharField(label=_("Address of the member’s instance"))
    authkey = forms.CharField(
        label=_("Key of our account there"), required=False, widget=forms.PasswordInput(), max_length=40
    )
    push = forms.BooleanField(label=_("Send published events"), required=False)
    pull = forms.BooleanField(label=_("Fetch events"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "Leave empty to let the member confirm the connection before anything is fetched. If you give a "
            "reason, you propose that two officers confirm it instead."
        )


class WaiveForm(forms.Form):
    note = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs=ROWS), max_length=4000)


class ChecklistOrganisationForm(TakesTwoForm):
    field_order = ("other", "uuid", "reason")
    other = forms.ModelChoiceField(
        Organisation.objects.filter(membership=None).order_by("name"),
        label=_("Existing organisation here, if any"),
        help_text=_(
            "It will receive everything this organisation has here. Make sure that they are the same organisation."
        ),
        required=False,
        empty_label="–",
    )
    uuid = forms.UUIDField(
        label=_("Otherwise, its UUID in its own MISP"),
        help_text=_(
            "What the member sends is recognised as its own by this UUID. Make sure that it is the member’s."
        ),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("other") and not cleaned.get("uuid"):
            raise forms.ValidationError(_("Choose an organisation, or give a UUID."))
        if other := cleaned.get("other"):
            cleaned["other"] = other.pk
        return cleaned


def a_year_on() -> str:
    return latest_day(now_seconds(), 365).isoformat()  # Like the check, in UTC: not always today here.
