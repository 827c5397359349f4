"""Labels of streams and explanations of their errors, for non-specialists."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.exchange.outbox.events import PUBLISHED
from vardkase.exchange.outbox.models import DeliveryState
from vardkase.exchange.outbox.models import EntryKind as ReceiverKind
from vardkase.exchange.streams import topics
from vardkase.exchange.streams.errors import StreamFault
from vardkase.exchange.streams.models import Format, StreamKind

type Words = str | Promise

KINDS: dict[str, tuple[Words, Words]] = {
    StreamKind.WEBHOOK: (
        _("Webhook"),
        _("Signed messages to a web address: for your own programs, and for collectors that accept HTTP."),
    ),
    StreamKind.SYSLOG: (
        _("Syslog"),
        _("Lines to a SOC’s log collector, with or without encryption (TLS)."),
    ),
    StreamKind.KAFKA: (_("Kafka"), _("Messages to topics of a Kafka cluster.")),
    StreamKind.ZEROMQ: (
        _("ZeroMQ"),
        _(
            "A port on this hub that programs subscribe to, as in MISP. Anyone who can reach the port "
            "receives everything."
        ),
    ),
}
"""Kind → its name, and what it is for."""

FORMATS: dict[str, Words] = {
    Format.MISP: _("MISP’s messages (whole events, JSON)"),
    Format.ECS: _("ECS: one indicator per message, for Elastic (JSON)"),
    Format.CEF: _("CEF: one indicator per message, for ArcSight and most others (lines)"),
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
    StreamFault.UNREACHABLE: (
        _("The receiver cannot be reached."),
        _(
            "Check the address and port, that the receiver is running, and that firewalls let the hub through."
        ),
    ),
    StreamFault.ADDRESS: (
        _("The receiver is in a network that the hub may not connect to."),
        _("The hub’s operator can list its network in VARDKASE_PRIVATE_NETWORKS."),
    ),
    StreamFault.TIMEOUT: (
        _("The receiver does not respond in time."),
        _(
            "Ask the receiver’s administrators whether it is overloaded, or whether something in between is "
            "causing delays."
        ),
    ),
    StreamFault.REFUSED: (
        _("The receiver does not accept the message."),
        _("Ask the receiver’s administrators what it expects. If only one message is affected, skip it."),
    ),
    StreamFault.CREDENTIALS: (
        _("The receiver does not accept us."),
        _("Check the secret or the password, and enter it again in the settings."),
    ),
    StreamFault.GONE: (
        _("The receiver reports that it is permanently gone."),
        _("Ask for its new address, or remove the stream."),
    ),
    StreamFault.TOO_LARGE: (
        _("The message is larger than the receiver accepts."),
        _("Ask the receiver’s administrators to accept larger messages, or skip this one."),
    ),
    StreamFault.BUSY: (
        _("The receiver is overloaded."),
        _("It is retried automatically. You do not need to do anything unless this continues."),
    ),
    StreamFault.PORT: (
        _("The hub cannot listen on this address."),
        _("Another program may be using the port, or the address is not this machine’s. Choose another."),
    ),
    StreamFault.OURS: (
        _("Something is wrong with the hub itself."),
        _("See its log for details. It is retried automatically. If only one message is affected, skip it."),
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
    DeliveryState.WAITING: (pgettext_lazy("a delivery", "waiting"), "wait"),
    DeliveryState.SENT: (pgettext_lazy("a delivery", "sent"), ""),
    DeliveryState.KNOWN: (pgettext_lazy("a delivery", "already existed"), ""),
    DeliveryState.WITHHELD: (pgettext_lazy("a delivery", "withheld"), "lock"),
    DeliveryState.FAILED: (pgettext_lazy("a delivery", "failed"), "bad"),
}
"""State → its word, and the pill it gets when it is out of the ordinary."""
