"""Problems of streams: of their settings, and of their receivers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class StreamProblem(ProblemCode):
    """Why a stream is not stored or changed."""

    NOT_FOUND = _("Stream not found."), "Invalid stream."
    BY_SETTINGS = (
        _(
            "This stream is configured by the settings Plugin.ZeroMQ_… or Plugin.Kafka_…. Change those instead."
        ),
        "MISP's settings describe this stream: change Plugin.ZeroMQ_… or Plugin.Kafka_… instead.",
    )
    SECRET_AGAIN = (
        _("Messages now go to another address. Enter the secret again: it was given for the old one."),
        "Messages go elsewhere now: enter it for the new place.",
    )
    BAD_SECRET = _("A secret must be a single line of text.")
    NAME_TAKEN = _("A stream with this name already exists.")
    TOO_MANY = (
        _("At most %(most)s streams can be enabled. Pause one first."),
        "At most %(most)s streams can be on at the same time.",
    )
    UNKNOWN_TOPICS = _("Choose from: %(topics)s."), "Please choose among: %(topics)s."
    UNKNOWN_FILTER = (
        _("Unknown filter %(name)s. Available filters: %(known)s."),
        "%(name)s cannot be asked for; what can is: %(known)s.",
    )
    TOO_LARGE_FOR_UDP = (
        _("Whole events do not fit in UDP datagrams. Choose ECS, CEF or TCP."),
        "Whole events do not fit into UDP's datagrams: choose ECS or CEF, or TCP.",
    )
    BAD_HOST = (
        _("Enter the name or the IP address of a machine."),
        "Please enter the name or the IP address of a machine.",
    )
    BAD_OWN_ADDRESS = (
        _("Enter an IP address of this machine. 127.0.0.1 is only reachable from the machine itself."),
        "Please enter an IP address of this machine; 127.0.0.1 is for itself alone.",
    )
    BAD_PORT = (
        _("Enter a port number from 1 to 65535."),
        "The port has to be between 1 and 65535.",
    )
    BAD_CERTIFICATE = _("This is not a certificate in PEM format.")
    BAD_BROKER = (
        _("Enter the address of a broker, such as broker.example:9092."),
        "Please enter the address of a broker: broker.example:9092.",
    )
    KAFKA_NAMES_NOT_BY_TOPIC = _("Names in Kafka are given by topic.")
    BAD_KAFKA_NAME = _("Kafka names can contain only letters, digits, “.”, “_” and “-”.")
    BAD_TEXT = _("This is too long, or not one line of text.")
    NOTHING_WAITS = _("Nothing is waiting.")
    NOT_SIGNED = _("Only webhooks are signed.")
    NOT_ACKNOWLEDGED = _("ZeroMQ messages are not acknowledged.")
    NONE_ENABLED = _("No stream of the kind %(kind)s is enabled."), "No stream of the kind %(kind)s is on."
    EVENT_NOT_FOUND = _("Event not found."), "Invalid event"


class ReceiverProblem(ProblemCode):
    """What a receiver did, or what became of a message; `said` is the text of a library."""

    STATUS = _("The receiver answered %(status)s.")
    KAFKA = _("Kafka’s response: “%(said)s”"), "Kafka: %(said)s"
    KAFKA_CONFIGURATION = (
        _("The Kafka client cannot be configured like this: %(said)s"),
        "Kafka's client cannot be set up so: %(said)s",
    )
    BROKERS_SLOW = (
        _("The brokers cannot keep up with the messages."),
        "The brokers take messages more slowly than they come.",
    )
    BROKERS_LATE = _("The brokers did not acknowledge in time.")
    PORT_TAKEN = (
        _("Cannot listen on port %(port)s of %(host)s: %(said)s"),
        "Port %(port)s of %(host)s cannot be listened on: %(said)s",
    )
    WITHHELD = (
        _("The organisation may not read it, or the filters leave it out."),
        "The organisation that the stream looks through the eyes of may not read it, or the filters leave it out.",
    )
    TOO_LARGE = (
        _("The event is too large for a message. It was sent without its attributes and objects."),
        "The event is too large for a message: it was sent without its attributes and objects.",
    )
