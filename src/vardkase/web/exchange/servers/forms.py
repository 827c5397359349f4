"""Form for a connection to another hub: its settings, and its rules as selection lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.certificates import of_pem
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.services import FLAGS, LONGEST_CERTIFICATE
from vardkase.identity.organisations.queries import organisations
from vardkase.web.ui.forms.fields import WithinField
from vardkase.web.ui.forms.picker import Choices, Picker

LISTS = {
    "pull_tags_or": ("pull", "tags", "OR"),
    "pull_tags_not": ("pull", "tags", "NOT"),
    "pull_orgs_or": ("pull", "orgs", "OR"),
    "pull_orgs_not": ("pull", "orgs", "NOT"),
    "pull_types_not": ("pull", "type_attributes", "NOT"),
    "pull_objects_not": ("pull", "type_objects", "NOT"),
    "push_tags_or": ("push", "tags", "OR"),
    "push_tags_not": ("push", "tags", "NOT"),
    "push_orgs_or": ("push", "orgs", "OR"),
    "push_orgs_not": ("push", "orgs", "NOT"),
}
"""Field of the form → which way, what, and which side of the rules it is."""

PLAIN = ("name", "url", "remote_org_id", *(flag for flag in FLAGS if flag != "self_signed"))
"""Settings that the form shows as they are stored."""

ONLY_TAGS = _("Only events with any of these tags")
NO_TAGS = _("No events with any of these tags")
ONLY_CREATORS = _("Only events created by these organisations")
NO_CREATORS = _("No events created by these organisations")
EVERYTHING = _("Leave empty for no restriction.")
TYPES_HELP = _(
    "Takes effect when the setting MISP.enable_synchronisation_filtering_on_type is on. Events are then "
    "received without the excluded parts."
)


class CertificateField(forms.FileField):
    """Accepts a PEM file and returns its text, or an empty string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        # Without `initial`: Django would return the stored file where none was sent.
        file = super().clean(data, None)
        if not isinstance(file, UploadedFile):
            return ""
        if (file.size or 0) > LONGEST_CERTIFICATE:
            raise ValidationError(gettext("The file is too big for a certificate."))
        try:
            return file.read().decode("ascii")
        except UnicodeDecodeError:
            raise ValidationError(gettext("The file must be a certificate in PEM format.")) from None


class ConnectionForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255, help_text=_("Shown only on this hub."))
    url = forms.CharField(
        label=_("Address"),
        max_length=255,
        help_text=_("The other hub’s web address, such as https://misp.example.org."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "off", "spellcheck": "false"}),
    )
    remote_org_id = forms.ChoiceField(
        label=_("Remote organisation"),
        required=False,
        help_text=_(
            "The organisation that runs the other hub. Only what this organisation may read here is "
            "sent over the connection."
        ),
    )
    new_org_name = forms.CharField(label=_("Name of the organisation"), required=False, max_length=255)
    new_org_uuid = forms.UUIDField(
        label=_("UUID of the organisation"),
        required=False,
        help_text=_("Ask the other hub’s administrators. It must be the same on both hubs."),
    )
    authkey = forms.CharField(
        label=_("API key from the other hub"),
        required=False,
        max_length=40,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    pull = forms.BooleanField(
        label=_("Fetch events from the other hub"),
        required=False,
        help_text=_("Runs when started manually or by a scheduled task."),
    )
    pull_galaxy_clusters = forms.BooleanField(
        label=_("Fetch the other hub’s own galaxy clusters too"), required=False
    )
    pull_analyst_data = forms.BooleanField(
        label=_("Fetch notes, opinions and relationships too"), required=False
    )
    pull_collections = forms.BooleanField(label=_("Fetch collections too"), required=False)
    caching_enabled = forms.BooleanField(
        label=_("Cache hashes of the other hub’s values here"),
        required=False,
        help_text=_("Shows when the other hub also has a value, without fetching its events."),
    )
    pull_tags_or = Picker(label=ONLY_TAGS, help_text=EVERYTHING)
    pull_tags_not = Picker(label=NO_TAGS)
    pull_orgs_or = Picker(label=ONLY_CREATORS, help_text=EVERYTHING)
    pull_orgs_not = Picker(label=NO_CREATORS)
    pull_types_not = Picker(label=_("Leave out attributes of these types"), help_text=TYPES_HELP)
    pull_objects_not = Picker(label=_("Leave out objects of these types"), help_text=TYPES_HELP)
    pull_changed = WithinField(label=_("Only events changed within"))
    pull_parameters = forms.CharField(
        label=_("Additional filters on the other hub’s event index"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("One per line, as name=value, such as threatlevel=1. Most connections need none."),
    )
    push = forms.BooleanField(
        label=_("Send events published here"),
        required=False,
        help_text=_("Events are sent as soon as they are published, if their distribution allows it."),
    )
    push_sightings = forms.BooleanField(label=_("Send sightings too"), required=False)
    push_galaxy_clusters = forms.BooleanField(label=_("Send our own galaxy clusters too"), required=False)
    push_analyst_data = forms.BooleanField(
        label=_("Send notes, opinions and relationships too"), required=False
    )
    push_collections = forms.BooleanField(label=_("Send collections too"), required=False)
    push_tags_or = Picker(label=ONLY_TAGS, help_text=EVERYTHING)
    push_tags_not = Picker(
        label=NO_TAGS,
        help_text=_("Attributes with any of these tags are left out when events are sent."),
    )
    push_orgs_or = Picker(label=ONLY_CREATORS, help_text=EVERYTHING)
    push_orgs_not = Picker(label=NO_CREATORS)
    internal = forms.BooleanField(
        label=_("The other hub belongs to our own organisation"),
        required=False,
        help_text=_(
            "If on, distribution is not reduced in transit, local tags are included, and either side may "
            "change the other’s events. Leave this off for everyone else."
        ),
    )
    unpublish_event = forms.BooleanField(
        label=_("Keep incoming events unpublished"),
        required=False,
        help_text=_("Someone here then reviews each event before it is passed on."),
    )
    publish_without_email = forms.BooleanField(
        label=_("Publish incoming events without e-mail"),
        required=False,
        help_text=_("No e-mail is sent about events that are received over this connection."),
    )
    remove_missing_tags = forms.BooleanField(
        label=_("Remove tags that the other hub has removed"),
        required=False,
        help_text=_(
            "Tags that we added ourselves and that are distributed are removed too. Local tags are kept."
        ),
    )
    submitted_cert = CertificateField(
        label=_("The other hub’s certificate, or that of its CA (PEM)"),
        help_text=_(
            "Needed if it is self-signed or its CA is not public. Only this certificate is then trusted. "
            "Certificates are always checked."
        ),
    )
    delete_cert = forms.BooleanField(label=_("Remove this certificate"), required=False)
    submitted_client_cert = CertificateField(
        label=_("Our own certificate (PEM)"),
        help_text=_(
            "Only if the other hub requires one. Include its key, or provide the key in a separate file below."
        ),
    )
    client_key = CertificateField(
        label=_("The key of our own certificate (PEM)"),
        help_text=_("Without a passphrase. It is stored encrypted and is not shown again."),
    )
    delete_client_cert = forms.BooleanField(label=_("Remove our certificate"), required=False)
    skip_proxy = forms.BooleanField(
        label=_("Bypass the proxy"),
        required=False,
        help_text=_("Applies only if this hub reaches others through a proxy."),
    )

    def __init__(
        self, server: Server | None, sources: Mapping[str, Choices], *args: Any, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", initial_of(server) if server else {})
        super().__init__(*args, **kwargs)
        self.is_new = server is None
        chosen: Any = self.fields["remote_org_id"]
        chosen.choices = [
            ("", _("A new organisation")),
            *((str(row.pk), row.name) for row in organisations("all")),
        ]
        self.fields["authkey"].help_text = NEW_KEY_HELP if server is None else OLD_KEY_HELP
        for name, source in sources.items():
            for field in (f"{name}_or", f"{name}_not"):
                if isinstance(picker := self.fields.get(field), Picker):
                    picker.source = source

    @property
    def limits_pull(self) -> bool:
        return self._limits("pull", "pull_changed", "pull_parameters")

    @property
    def limits_push(self) -> bool:
        return self._limits("push")

    def _limits(self, way: str, *more: str) -> bool:
        lists = (field for field, (direction, _rule, _side) in LISTS.items() if direction == way)
        return any(self[field].value() or self[field].errors for field in (*lists, *more))

    def clean_pull_parameters(self) -> dict[str, Any]:
        return dict(
            _parameter(line) for line in self.cleaned_data["pull_parameters"].splitlines() if line.strip()
        )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data.get("remote_org_id"):
            for field in ("new_org_name", "new_org_uuid"):
                if field in data and not data[field]:
                    self.add_error(field, gettext("A new organisation needs this."))
        if data.get("client_key") and not data.get("submitted_client_cert"):
            self.add_error(
                "submitted_client_cert", gettext("Choose the certificate that belongs to the key.")
            )
        return data

    def wire(self) -> dict[str, Any]:
        data = self.cleaned_data
        # MISP keeps certificate and key in one file.
        pem = "\n".join(filter(None, (data["submitted_client_cert"], data["client_key"])))
        parameters = dict(self.cleaned_data["pull_parameters"])
        if self.cleaned_data["pull_changed"]:
            parameters["timestamp"] = self.cleaned_data["pull_changed"]
        return {
            **{name: data[name] for name in (*PLAIN, "authkey", "submitted_cert", "delete_cert")},
            **self._self_signed(),
            **self._organisation(),
            "delete_client_cert": data["delete_client_cert"],
            "submitted_client_cert": pem,
            "pull_rules": self._rules("pull") | {"url_params": json.dumps(parameters) if parameters else ""},
            "push_rules": self._rules("push"),
        }

    def _self_signed(self) -> dict[str, bool]:
        """MISP's `self_signed` flag, derived from the certificate."""
        pem = self.cleaned_data["submitted_cert"]
        if not pem and not self.cleaned_data["delete_cert"]:
            return {}
        certificate = of_pem(pem)
        return {"self_signed": certificate is not None and certificate.signed_itself}

    def _organisation(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data["remote_org_id"]:
            return {}
        return {"remote_org": {"name": data["new_org_name"], "uuid": str(data["new_org_uuid"])}}

    def _rules(self, way: str) -> dict[str, dict[str, list[str]]]:
        rules: dict[str, dict[str, list[str]]] = {}
        for field, (direction, rule, side) in LISTS.items():
            if direction == way:
                rules.setdefault(rule, {})[side] = self.cleaned_data[field]
        return rules


class PreviewForm(forms.Form):
    text = forms.CharField(label=_("Title contains"), required=False, max_length=200)
    org = forms.CharField(label=_("Created by"), required=False, max_length=200)
    tag = forms.CharField(label=pgettext_lazy("noun", "Tag"), required=False, max_length=200)
    value = forms.CharField(label=_("Contains the value"), required=False, max_length=500)

    ASKED = {"text": "searcheventinfo", "org": "searchorg", "tag": "searchtag", "value": "searchattribute"}
    """Field → what the other hub's index calls it."""

    def filters(self) -> dict[str, str]:
        """The filters sent to the other hub's index."""
        data = self.cleaned_data if self.is_valid() else {}
        return {wire_name: data[name] for name, wire_name in self.ASKED.items() if data.get(name)}


class ConnectionImportForm(forms.Form):
    document = forms.CharField(
        label=_("Connection details"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "off"}),
        max_length=20_000,
        help_text=_("JSON with the address, key and organisation."),
    )

    def clean_document(self) -> dict[str, Any]:
        """The connection block, with or without its envelope."""
        try:
            document = json.loads(self.cleaned_data["document"])
        except (ValueError, RecursionError):
            document = None
        inner = document.get("Server", document) if isinstance(document, dict) else None
        if not isinstance(inner, dict):
            raise ValidationError(gettext("These are not connection details from a hub."))
        return inner


NEW_KEY_HELP = _(
    "The key (40 characters) of the account that the other hub created for us. It is "
    "stored encrypted and is not shown again."
)
OLD_KEY_HELP = _("A key is stored. Enter a new one only to replace it, or if the address changes.")


def initial_of(server: Server) -> dict[str, Any]:
    rules = {"pull": server.pull_rules, "push": server.push_rules}
    initial = {
        field: [str(entry) for entry in rules[way].get(rule, {}).get(side, ())]
        for field, (way, rule, side) in LISTS.items()
    }
    return {**initial, **{name: getattr(server, name) for name in PLAIN}, **_parameters_of(server)}


def _parameters_of(server: Server) -> dict[str, str]:
    try:
        parameters = json.loads(server.pull_rules.get("url_params") or "{}")
    except (ValueError, TypeError):
        parameters = {}
    parameters = dict(parameters) if isinstance(parameters, dict) else {}
    changed = parameters.get("timestamp", "")
    # A time that the field for it cannot show stays among the other parameters.
    plain = isinstance(changed, str) and changed[-1:] in "dhm" and changed[:-1].isdecimal()
    if plain:
        parameters.pop("timestamp", None)
    lines = "\n".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in parameters.items()
    )
    return {"pull_changed": changed if plain else "", "pull_parameters": lines}


def _parameter(line: str) -> tuple[str, Any]:
    name, equals, text = (part.strip() for part in line.partition("="))
    if not name or not equals:
        raise ValidationError(gettext("Enter each line as name=value."))
    try:
        value = json.loads(text) if text[:1] in "[{" else text
    except ValueError:
        value = text
    return name, value
