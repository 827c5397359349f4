"""Forms for memberships and checklists, for officers, operators and members."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.hub.membership.counties import COUNTIES
from vardkase.hub.membership.members.details import CONTACTS, FIELDS
from vardkase.hub.membership.members.models import RestrictionKind
from vardkase.hub.membership.members.sign_in_minimum import LONGEST, SHORTEST
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.hub.membership.themes import MEASURES
from vardkase.identity.organisations.models import Organisation, SignInRule
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.identity.sign_in_policy.models import MailDomain
from vardkase.identity.sign_in_policy.services.domains import MAILBOXES
from vardkase.web.ui.forms.picker import Choices, Picker

ROWS = {"rows": 4}


def day_field(**given: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reasons"), widget=forms.Textarea(attrs=ROWS), max_length=4000)


class ChangeDecisionForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The member reads them in the decision that is sent.")


class SignInMinimumForm(ReasonForm):
    rules = forms.MultipleChoiceField(
        label=_("What is required"),
        choices=SignInRule.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    key_days = forms.IntegerField(
        label=_("Longest validity of a key, in days"),
        min_value=SHORTEST,
        max_value=LONGEST,
        help_text=_("Applies where keys must be bound. Keys with a longer validity stop working."),
    )
    field_order = ("rules", "key_days", "reason")


class ActivateForm(forms.Form):
    reason = forms.CharField(
        label=_("Reasons"), widget=forms.Textarea(attrs=ROWS), max_length=4000, required=False
    )


class SuspendForm(ChangeDecisionForm):
    kind = forms.ChoiceField(label=_("What is suspended"), choices=RestrictionKind.choices)
    until = day_field(
        label=_("Lifted on"), required=False, help_text=_("Empty: until the suspension is lifted.")
    )
    field_order = ("kind", "reason", "until")


class TerminateForm(ChangeDecisionForm):
    contributions = forms.CharField(
        label=_("What happens to what the member has contributed"),
        widget=forms.Textarea(attrs=ROWS),
        help_text=_("It stays on the hub. Write what was agreed, such as under whose name."),
    )


class OpenForm(forms.Form):
    organisation = forms.ModelChoiceField(
        Organisation.objects.filter(membership=None, local=True).order_by("name"),
        label=_("Organisation"),
        empty_label=_("Choose an organisation"),
    )
    sector = forms.ChoiceField(label=_("Legal form"), choices=Sector.choices)
    nis2 = forms.ChoiceField(label=_("Cybersecurity Act (NIS2)"), choices=Nis2Status.choices)
    connection = forms.ChoiceField(label=_("Connects via"), choices=Connection.choices)
    organisation_number = forms.CharField(label=_("Organisation number"), max_length=10, required=False)
    reason = forms.CharField(
        label=_("Reasons"),
        max_length=4000,
        widget=forms.Textarea(attrs=ROWS),
        help_text=_(
            "Why the organisation becomes a member without an application. Another officer approves it."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = field.queryset.exclude(pk=host_organisation_id() or 0)


class TakesTwoForm(forms.Form):
    reason = forms.CharField(
        label=_("Reasons"),
        widget=forms.Textarea(attrs=ROWS),
        max_length=4000,
        required=False,
        help_text=_("Needed if another officer has to approve it. You are told when that is the case."),
    )


class AdministratorForm(TakesTwoForm):
    field_order = ("email", "reason")
    email = forms.EmailField(
        label=_("E-mail address of the administrator"),
        help_text=_("A private link to choose a password is sent to this address."),
    )


class SyncUserForm(TakesTwoForm):
    field_order = ("email", "addresses", "until", "send_to", "reason")
    email = forms.EmailField(
        label=_("Address of the account"),
        help_text=_("An address of the machine, in the member’s own domain."),
    )
    addresses = forms.CharField(
        label=_("Addresses it connects from"),
        widget=forms.Textarea(attrs=ROWS),
        help_text=_("Fixed addresses or networks, one on each line. The key works from nowhere else."),
    )
    until = day_field(label=_("The key’s expiry date"), help_text=_("The key works through this day."))
    send_to = forms.EmailField(
        label=_("Send the link with the key to"),
        required=False,
        help_text=_("Empty: to the technical contact. The key is shown once."),
    )


class ChecklistNetworksForm(forms.Form):
    networks = forms.CharField(
        label=_("Networks"),
        widget=forms.Textarea(attrs=ROWS),
        help_text=_("As seen from the internet, one on each line, such as 192.0.2.0/24."),
    )


class ChecklistCertificateForm(forms.Form):
    pem = forms.CharField(
        label=_("Client certificate"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("In PEM format. Never the private key."),
    )


class ChecklistDomainForm(forms.Form):
    domain = forms.CharField(label=_("Mail domain"), max_length=253)
    method = forms.ChoiceField(
        label=_("Verification"),
        choices=[
            (MailDomain.Method.MAIL, _("A mail to the domain")),
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
    push = forms.BooleanField(label=_("We send what is published"), required=False)
    pull = forms.BooleanField(label=_("We fetch"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "Empty: the member confirms the connection before anything is fetched. With a reason "
            "you propose that two officers confirm it instead."
        )


class WaiveForm(forms.Form):
    note = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs=ROWS), max_length=4000)


class ChecklistOrganisationForm(TakesTwoForm):
    field_order = ("other", "uuid", "reason")
    other = forms.ModelChoiceField(
        Organisation.objects.filter(membership=None).order_by("name"),
        label=_("The organisation it is, if it already existed here"),
        help_text=_(
            "It receives everything this organisation has here. Make sure that they are the same "
            "organisation."
        ),
        required=False,
        empty_label="–",
    )
    uuid = forms.UUIDField(
        label=_("Otherwise the UUID that it has in its own MISP"),
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


class DetailsForm(forms.Form):
    note = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}), required=False)

    def __init__(self, details: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in FIELDS.items():
            stored = details.get(name, "")
            if name == "name":
                self.fields[name] = forms.CharField(
                    label=str(field.label), initial=stored, max_length=255, required=False
                )
                continue
            if name.startswith("contact_"):
                self._contact(name.removeprefix("contact_"), stored or {})
                continue
            text = "\n".join(stored) if isinstance(stored, list) else stored
            self.fields[name] = forms.CharField(
                label=str(field.label), required=False, initial=text, widget=forms.Textarea(attrs={"rows": 3})
            )
        self.order_fields([name for name in self.fields if name != "note"])

    @property
    def contacts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(label, [self[f"{name}_{part}"] for part in PARTS]) for name, label in CONTACTS.items()]

    @property
    def rest(self) -> list[forms.BoundField]:
        return [
            self[name]
            for name in FIELDS
            if name not in ("name", "address") and not name.startswith("contact_")
        ]

    def _contact(self, name: str, stored: dict[str, str]) -> None:
        for part, label in PARTS.items():
            kind = forms.EmailField if part == "email" else forms.CharField
            self.fields[f"{name}_{part}"] = kind(
                label=label, required=False, initial=stored.get(part, ""), max_length=255
            )

    def wire(self, details: dict[str, Any]) -> dict[str, Any]:
        wire_details = {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}
        for name in CONTACTS:
            stored = details.get(f"contact_{name}") or {}
            contact = {part: self.cleaned_data[f"{name}_{part}"] for part in PARTS}
            same = contact["email"] == stored.get("email")
            wire_details[f"contact_{name}"] = {**contact, "key": stored.get("key", "") if same else ""}
        return wire_details


PARTS = {"name": _("Name"), "email": _("E-mail address"), "phone": _("Telephone")}


class EvidenceForm(forms.Form):
    measure = forms.ChoiceField(
        label=_("Measure"), choices=[(measure.name, measure.title) for measure in MEASURES.values()]
    )
    file = forms.FileField(
        label=_("File"), help_text=_("PDF, PNG, JPEG, DOCX, XLSX or plain text, at most 10 MB.")
    )
    valid_until = day_field(
        label=_("Valid through"), required=False, help_text=_("For a certificate: its expiry date.")
    )


class CommunityForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255)
    sectors = forms.MultipleChoiceField(
        label=_("Legal form"), required=False, choices=Sector.choices, widget=forms.CheckboxSelectMultiple
    )
    nis2 = forms.MultipleChoiceField(
        label=_("Cybersecurity Act (NIS2)"),
        required=False,
        choices=Nis2Status.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    counties = forms.MultipleChoiceField(
        label=_("County"), required=False, choices=COUNTIES, widget=forms.CheckboxSelectMultiple
    )
    chosen = Picker(label=_("Chosen by name"), help_text=_("Members included regardless of the rules."))
    hides_members = forms.BooleanField(
        label=_("Members do not see who else is in the group"),
        required=False,
        help_text=_("On the web, by API and by synchronisation. Only the hub owner sees them all."),
    )

    def __init__(self, members: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].source = members  # type: ignore[attr-defined]

    def wire(self) -> dict[str, Any]:
        chosen = [int(pk) for pk in self.cleaned_data["chosen"] if pk.isdecimal()]
        return {**self.cleaned_data, "chosen": chosen}


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Several words in a row are easy to remember and hard to guess."),
    )


def a_year_on() -> str:
    return (today() + timedelta(days=365)).isoformat()
