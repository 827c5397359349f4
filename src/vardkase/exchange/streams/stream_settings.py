"""Stream kinds: the settings and secrets of each, with their parsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.fields import read
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.field_parsers import decoded, member_of, web_address
from vardkase.exchange.streams.models import Format, StreamKind
from vardkase.exchange.streams.problems import StreamProblem
from vardkase.exchange.streams.topics import TOPICS
from vardkase.exchange.tls import tls_context
from vardkase.misp.flags import as_int

HOST = re.compile(r"(?=.{1,253}$)([A-Za-z0-9_-]{1,63}\.?)+|[0-9A-Fa-f:.]+")
# Kafka accepts no other topic names.
KAFKA_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")
LONGEST_SECRET = 4000
LONGEST_CERTIFICATE = 100_000


@dataclass(frozen=True, slots=True)
class SettingsShape:
    """The settings of a kind: name → parser and default.

    `place` are the settings for the destination: secrets belong to it, and must be entered again when it
    changes.
    """

    readers: Mapping[str, Callable[[Any], Any]]
    defaults: Mapping[str, Any]
    place: tuple[str, ...]
    secrets: tuple[str, ...] = ()
    formats: frozenset[str] = field(default_factory=lambda: frozenset(Format))


def read_settings(kind: str, data: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a stream of `kind` after applying `data`; others keep their values. Raises Invalid by
    field."""
    shape = SHAPES[StreamKind(kind)]
    values = {name: data.get(name, stored.get(name, shape.defaults.get(name, ""))) for name in shape.readers}
    found, errors = read(values, shape.readers)
    if errors:
        raise Invalid(errors)
    return found


def secret(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_SECRET or not value.isprintable():
        raise Invalid(StreamProblem.BAD_SECRET())
    return value.strip()


def host_name(value: Any) -> str:
    host = str(value or "").strip().strip("[]")
    if not HOST.fullmatch(host):
        raise Invalid(StreamProblem.BAD_HOST())
    return host


def own_address(value: Any) -> str:
    try:
        return str(ip_address(str(value or "").strip()))
    except ValueError:
        raise Invalid(StreamProblem.BAD_OWN_ADDRESS()) from None


def port_number(value: Any) -> int:
    port = as_int(value)
    if port is None or not 0 < port < 65536:
        raise Invalid(StreamProblem.BAD_PORT())
    return port


def certificate_authority(value: Any) -> str:
    pem = str(value or "").strip()
    if not pem:
        return ""
    try:
        if len(pem) > LONGEST_CERTIFICATE:
            raise ValueError
        tls_context(pem)
    except (ValueError, OutgoingFailed):
        raise Invalid(StreamProblem.BAD_CERTIFICATE()) from None
    return pem


def broker_list(value: Any) -> str:
    places = [broker.strip() for broker in str(value or "").split(",") if broker.strip()]
    if not places:
        raise Invalid(StreamProblem.BAD_BROKER())
    for place in places:
        host, _, port = place.rpartition(":")
        host_name(host or place)
        port_number(port if host else 9092)
    return ",".join(places)


def kafka_names(value: Any) -> dict[str, str]:
    names = decoded(value)
    if not isinstance(names, dict) or not names.keys() <= TOPICS.keys():
        raise Invalid(StreamProblem.KAFKA_NAMES_NOT_BY_TOPIC())
    if not all(isinstance(name, str) and KAFKA_NAME.fullmatch(name) for name in names.values()):
        raise Invalid(StreamProblem.BAD_KAFKA_NAME())
    return dict(names)


def line_of_text(value: Any) -> str:
    text = str(value or "").strip()
    if len(text) > 255 or not text.isprintable():
        raise Invalid(StreamProblem.BAD_TEXT())
    return text


SHAPES: dict[StreamKind, SettingsShape] = {
    StreamKind.WEBHOOK: SettingsShape(
        {"url": web_address, "authority": certificate_authority}, {}, ("url",), ("authorization",)
    ),
    StreamKind.SYSLOG: SettingsShape(
        {
            "host": host_name,
            "port": port_number,
            "protocol": member_of("tls", "tcp", "udp"),
            "framing": member_of("octets", "lines", "bare"),
            "authority": certificate_authority,
        },
        {"port": 6514, "protocol": "tls", "framing": "octets"},
        ("host", "port"),
    ),
    StreamKind.KAFKA: SettingsShape(
        {
            "brokers": broker_list,
            "security": member_of("plaintext", "ssl", "sasl_plaintext", "sasl_ssl"),
            "mechanism": member_of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"),
            "username": line_of_text,
            "authority": certificate_authority,
            "names": kafka_names,
        },
        {"security": "ssl", "mechanism": "SCRAM-SHA-512", "names": {}},
        ("brokers",),
        ("password",),
    ),
    StreamKind.ZEROMQ: SettingsShape(
        {"host": own_address, "port": port_number},
        {"host": "127.0.0.1", "port": 50000},
        ("host", "port"),
        formats=frozenset((Format.MISP, Format.ECS)),
    ),
}  # fmt: skip
