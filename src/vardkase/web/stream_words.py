"""Labels of streams and explanations of their errors, for non-specialists."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.exchange.outbox.entries import PUBLISHED
from vardkase.exchange.outbox.models import Kind as ReceiverKind
from vardkase.exchange.outbox.models import State
from vardkase.exchange.streams import topics
from vardkase.exchange.streams.bodies.published import TOO_LARGE
from vardkase.exchange.streams.bodies.steps import WITHHELD
from vardkase.exchange.streams.errors import Fault
from vardkase.exchange.streams.models import Format, Kind

type Words = str | Promise

KINDS: dict[str, tuple[Words, Words]] = {
    Kind.WEBHOOK: (
        _("Webhook"),
        _("Signed messages to a web address: for your own programs, and for collectors that accept HTTP."),
    ),
    Kind.SYSLOG: (
        _("Syslog"),
        _("Lines to the log collector of a security centre, encrypted (TLS) or not."),
    ),
    Kind.KAFKA: (_("Kafka"), _("Messages to topics of a Kafka cluster.")),
    Kind.ZEROMQ: (
        _("ZeroMQ"),
        _(
            "A port of this hub that programs subscribe to, as in MISP. Anyone who reaches the "
            "port receives everything."
        ),
    ),
}
"""Kind → its name, and what it is for."""

FORMATS: dict[str, Words] = {
    Format.MISP: _("MISP's messages (whole events, JSON)"),
    Format.ECS: _("ECS: one indicator at a time, for Elastic (JSON)"),
    Format.CEF: _("CEF: one indicator at a time, for ArcSight and most others (lines)"),
}

TOPICS: dict[str, Words] = {
    PUBLISHED: _("Published events"),
    topics.EVENT: _("Changes of events"),
    topics.ATTRIBUTE: _("Changes of attributes"),
    topics.OBJECT: _("Changes of objects"),
    topics.REFERENCE: _("Relationships between objects"),
    topics.PROPOSAL: _("Proposals"),
    topics.SIGHTING: _("Sightings"),
    topics.TAG: _("Tags, and where they are used"),
    topics.USER: _("Accounts of the organisation"),
    topics.ORGANISATION: _("Organisations"),
    topics.WARNINGLIST: _("Warninglists"),
    topics.AUDIT: _("The organisation’s audit log"),
}

FAULTS: dict[str, tuple[Words, Words]] = {
    Fault.UNREACHABLE: (
        _("The receiver cannot be reached."),
        _("Check the address and the port, that the receiver runs, and that firewalls let the hub through."),
    ),
    Fault.ADDRESS: (
        _("The receiver is in a network that the hub may not connect to."),
        _("Those who run the hub can list its network in VARDKASE_PRIVATE_NETWORKS."),
    ),
    Fault.TIMEOUT: (
        _("The receiver does not answer in time."),
        _(
            "Ask those who run the receiver whether it is overloaded, or whether something in "
            "between is delaying it."
        ),
    ),
    Fault.REFUSED: (
        _("The receiver does not accept the message."),
        _("Ask those who run the receiver what it expects. If it concerns a single message, skip that one."),
    ),
    Fault.CREDENTIALS: (
        _("The receiver does not accept us."),
        _("Check the secret or the password, and enter it again in the settings."),
    ),
    Fault.GONE: (
        _("The receiver says that it is permanently gone."),
        _("Ask for its new address, or remove the stream."),
    ),
    Fault.TOO_LARGE: (
        _("The message is larger than the receiver accepts."),
        _("Ask those who run the receiver to accept larger messages, or skip this one."),
    ),
    Fault.BUSY: (
        _("The receiver is overloaded."),
        _("It is retried automatically. You do not need to do anything unless this continues."),
    ),
    Fault.PORT: (
        _("The hub cannot listen at this address."),
        _("Another program may be using the port, or the address is not this machine’s. Choose another."),
    ),
    Fault.OURS: (
        _("Something is wrong with the hub itself."),
        _("Its log says more. It is retried automatically; if it concerns a single message, skip that one."),
    ),
}
"""What is wrong → that in words, and what to do."""

RECEIVERS: dict[str, Words] = {
    ReceiverKind.CONNECTION: _("Connection"),
    ReceiverKind.STREAM: _("Stream"),
    ReceiverKind.FEED: _("Feed"),
    ReceiverKind.MAIL: pgettext_lazy("a kind of receiver", "Mail"),
}

STATES: dict[str, tuple[Words, str]] = {
    State.WAITING: (pgettext_lazy("a delivery", "waiting"), "wait"),
    State.SENT: (pgettext_lazy("a delivery", "sent"), ""),
    State.KNOWN: (pgettext_lazy("a delivery", "already existed"), ""),
    State.WITHHELD: (pgettext_lazy("a delivery", "withheld"), "lock"),
    State.FAILED: (pgettext_lazy("a delivery", "failed"), "bad"),
}
"""State → its word, and the pill it gets when it is out of the ordinary."""

REASONS: dict[str, Words] = {
    WITHHELD: _("The organisation may not read it, or the filters leave it out."),
    TOO_LARGE: _("The event is too large for a message. It was sent without its attributes and objects."),
}
"""Why a delivery is as it is → that in words."""
