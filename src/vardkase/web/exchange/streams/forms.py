"""Forms for stream settings by kind, and for filtering deliveries."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.outbox.events import PUBLISHED
from vardkase.exchange.streams.models import Format, Stream, StreamKind
from vardkase.exchange.streams.stream_settings import SHAPES
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import organisations
from vardkase.web.exchange.streams.labels import FORMATS, RECEIVERS, STATES, TOPICS
from vardkase.web.exchange.tag_filters import TagFilterForm

EVERYTHING = "0"
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CODE = {"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off"}
SECRET = forms.PasswordInput(attrs={"autocomplete": "new-password"})
KEEPS = _("Leave empty to keep the stored one.")


class StreamForm(TagFilterForm):
    kind: StreamKind
    own: tuple[str, ...] = ()
    """The fields of the kind: its settings and secrets."""

    name = forms.CharField(label=_("Name"), max_length=255, help_text=_("The receiver’s name here."))
    org_id = forms.ChoiceField(
        label=_("Sees what this organisation may read"),
        help_text=_(
            "The receiver gets only what the organisation may read at the time of sending. Choose the "
            "organisation the receiver belongs to."
        ),
    )
    topics = forms.MultipleChoiceField(
        label=_("Notified of"),
        choices=list(TOPICS.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=[PUBLISHED],
    )
    format = forms.ChoiceField(label=_("Format"))
    types = forms.CharField(
        label=_("Only these types of attributes"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, **CODE}),
        help_text=_("One per line, such as ip-dst or domain. Leave empty for all."),
    )
    to_ids = forms.BooleanField(label=_("Only what is marked for detection"), required=False)

    def __init__(self, actor: Actor, stream: Stream | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Filters without a field here, set over the API, stay as they are.
        self._kept = dict(stream.filters) if stream else {}
        self.ask_for_tags(actor, self._kept)
        members = [(str(pk), name) for pk, name in organisations("local").values_list("pk", "name")]
        everything = (EVERYTHING, _("Everything on the hub, regardless of who may read it"))
        self._choices("org_id", [("", _("Choose an organisation")), *members, everything])
        offered = SHAPES[self.kind].formats
        self._choices(
            "format", [(format_.value, FORMATS[format_]) for format_ in Format if format_ in offered]
        )
        for name, value in (_stored(stream) if stream else SHAPES[self.kind].defaults).items():
            if name in self.fields:
                self.initial.setdefault(name, value)

    def wire(self) -> dict[str, Any]:
        data = self.cleaned_data
        filters = {
            name: value for name, value in self._kept.items() if name not in ("tags", "type", "to_ids")
        }
        filters |= {
            "tags": self.tag_filter(),
            "type": _lines(data["types"]),
            "to_ids": int(data["to_ids"]),
        }
        return {
            "kind": self.kind.value,
            "filters": {name: value for name, value in filters.items() if value},
            **{name: data[name] for name in ("name", "org_id", "topics", "format", *self.own)},
        }

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class WebhookForm(StreamForm):
    kind = StreamKind.WEBHOOK
    own = ("url", "authorization", "authority")
    url = forms.CharField(
        label=_("Address"),
        max_length=255,
        help_text=_("Where to send messages, such as https://siem.example.org/hook."),
        widget=forms.TextInput(attrs={"inputmode": "url", **CODE}),
    )
    authorization = forms.CharField(
        label=_("Authorization header"),
        required=False,
        widget=SECRET,
        help_text=_(
            "If the receiver requires one, such as “Splunk 1234” or “Bearer 1234”. Leave empty to keep the "
            "stored one."
        ),
    )
    authority = forms.CharField(
        label=_("CA certificate of the receiver"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, **CODE}),
        help_text=_("In PEM format, if the receiver’s certificate is not issued by a public CA."),
    )


class SyslogForm(StreamForm):
    kind = StreamKind.SYSLOG
    own = ("host", "port", "protocol", "framing", "authority")
    host = forms.CharField(label=_("Name or address of the collector"), widget=forms.TextInput(attrs=CODE))
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535)
    protocol = forms.ChoiceField(
        label=_("Protocol"),
        choices=[
            ("tls", _("TLS: encrypted, and the collector proves its identity")),
            ("tcp", _("TCP: readable by anyone on the network path")),
            ("udp", _("UDP: unencrypted; lost messages are not resent")),
        ],
        widget=forms.RadioSelect,
    )
    framing = forms.ChoiceField(
        label=_("Message framing"),
        choices=[
            ("octets", _("Length-prefixed (usual with TLS)")),
            ("lines", _("One line each, with a syslog header")),
            ("bare", _("One line each, without a header")),
        ],
        widget=forms.RadioSelect,
        help_text=_("With UDP, each message is a datagram."),
    )
    authority = forms.CharField(
        label=_("CA certificate of the collector"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, **CODE}),
        help_text=_("In PEM format, if the collector’s certificate is not issued by a public CA."),
    )


class KafkaForm(StreamForm):
    kind = StreamKind.KAFKA
    own = ("brokers", "security", "mechanism", "username", "password", "authority")
    brokers = forms.CharField(
        label=_("Brokers"),
        help_text=_("One or more, separated by commas, such as kafka1.example:9093,kafka2.example:9093."),
        widget=forms.TextInput(attrs=CODE),
    )
    security = forms.ChoiceField(
        label=_("Encryption and sign-in"),
        choices=[
            ("ssl", _("TLS, without a password")),
            ("sasl_ssl", _("TLS, with user name and password")),
            ("plaintext", _("Not encrypted, without a password")),
            ("sasl_plaintext", _("Not encrypted, with user name and password")),
        ],
    )
    mechanism = forms.ChoiceField(
        label=_("Authentication mechanism"),
        choices=[(mechanism, mechanism) for mechanism in ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")],
    )
    username = forms.CharField(label=_("User name"), required=False, widget=forms.TextInput(attrs=CODE))
    password = forms.CharField(label=_("Password"), required=False, widget=SECRET, help_text=KEEPS)
    authority = forms.CharField(
        label=_("CA certificate of the brokers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, **CODE}),
        help_text=_("In PEM format, if the brokers’ certificates are not issued by a public CA."),
    )


class ZeroMqForm(StreamForm):
    kind = StreamKind.ZEROMQ
    own = ("host", "port")
    host = forms.CharField(
        label=_("Address on this machine to listen on"),
        help_text=_(
            "Use 127.0.0.1 to allow only programs on this machine. Anyone who can reach the port can read it "
            "without signing in."
        ),
        widget=forms.TextInput(attrs=CODE),
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535)


FORMS: dict[str, type[StreamForm]] = {
    form.kind: form for form in (WebhookForm, SyslogForm, KafkaForm, ZeroMqForm)
}


class ReplayForm(forms.Form):
    since = forms.DateTimeField(
        label=_("Resend everything since"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class DeliveryFilterForm(forms.Form):
    event = forms.CharField(
        label=_("Event"), required=False, max_length=60, help_text=_("Its number or UUID.")
    )
    receiver = forms.CharField(label=_("Receiver"), required=False, max_length=200)
    kind = forms.ChoiceField(
        label=_("Type"), required=False, choices=[("", _("All types")), *RECEIVERS.items()]
    )
    state = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("All statuses")), *((state, words) for state, (words, _tone) in STATES.items())],
    )
    since = forms.DateField(label=_("From"), required=False, widget=DAY)
    until = forms.DateField(label=_("Until"), required=False, widget=DAY)

    def filters(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


def _stored(stream: Stream) -> dict[str, Any]:
    filters = stream.filters
    return {
        **stream.settings,
        "name": stream.name,
        "org_id": str(stream.org_id or EVERYTHING),
        "topics": stream.topics,
        "format": stream.format,
        "types": _written(filters.get("type")),
        "to_ids": bool(filters.get("to_ids")),
    }


def _written(value: Any) -> str:
    """A filter as lines; one that lines cannot express as JSON, which the service reads back."""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return json.dumps(value) if isinstance(value, dict) else str(value or "")


def _lines(text: str) -> Any:
    if text.strip().startswith("{"):
        return text.strip()
    return [line.strip() for line in text.splitlines() if line.strip()]
