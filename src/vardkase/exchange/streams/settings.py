"""MISP's settings for its ZeroMQ publisher and Kafka; each describes one stream (`by_settings`)."""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem
from vardkase.exchange.streams.topics import TOPICS

ZEROMQ_ENABLED = Setting(
    "Plugin.ZeroMQ_enable",
    False,
    _("Send published events over ZeroMQ. Every subscriber that can reach the port gets all of them."),
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
ZEROMQ_HOST = Setting(
    "Plugin.ZeroMQ_host",
    "127.0.0.1",
    _("The address that the publisher listens on."),
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
ZEROMQ_PORT = Setting(
    "Plugin.ZeroMQ_port",
    50000,
    _("The TCP port that the publisher listens on."),
    level=2,
    check=lambda port: None if 0 < port < 65536 else SettingProblem.NOT_A_PORT(),
    changed_by=ChangedBy.OFFICERS,
)
ZEROMQ_SWITCHES = {
    topic.name: Setting(
        f"Plugin.ZeroMQ_{topic.zeromq_switch}_notifications_enable",
        False,
        format_lazy(_("Also send the topic {topic} over ZeroMQ."), topic=topic.name),
        level=2,
        changed_by=ChangedBy.OFFICERS,
    )
    for topic in TOPICS.values()
    if topic.zeromq_switch
}
"""Topic → whether it is sent; published events always are."""

KAFKA_ENABLED = Setting(
    "Plugin.Kafka_enable",
    False,
    _("Send to Kafka."),
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
KAFKA_BROKERS = Setting(
    "Plugin.Kafka_brokers",
    "",
    _("Addresses of brokers, with their ports, and commas between them."),
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
KAFKA_SWITCHES = {
    topic.name: Setting(
        f"Plugin.Kafka_{topic.kafka_switch}_notifications_enable",
        False,
        format_lazy(_("Send what ZeroMQ calls {topic} to Kafka."), topic=topic.name),
        level=2,
        changed_by=ChangedBy.OFFICERS,
    )
    for topic in TOPICS.values()
    if topic.kafka_switch
}
KAFKA_NAMES = {
    topic.name: Setting(
        f"Plugin.Kafka_{topic.kafka_switch}_notifications_topic",
        topic.kafka,
        format_lazy(_("What {topic} is called in Kafka."), topic=topic.name),
        level=2,
        changed_by=ChangedBy.OFFICERS,
    )
    for topic in TOPICS.values()
    if topic.kafka_switch
}

KEPT_DAYS = Setting(
    "Vardkase.streams_days_kept",
    30,
    _(
        "How many days messages for streams are kept. A stream can be restarted from any point "
        "within that time; a receiver that was away for longer misses messages."
    ),
    level=2,
    check=lambda days: None if 1 <= days <= 3650 else SettingProblem.DAYS_NOT_BETWEEN(least=1, most=3650),
    changed_by=ChangedBy.OPERATOR,
)
