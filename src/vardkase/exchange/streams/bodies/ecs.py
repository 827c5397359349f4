"""Indicators in the Elastic Common Schema (ECS 8.17, fieldset Threat), one JSON object each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from typing import Any

import msgspec

from vardkase.exchange.streams.bodies.indicators import Indicator

VERSION = "8.17.0"

type Fields = dict[str, Any]


def ecs_document(indicator: Indicator) -> bytes:
    """One indicator; `misp` beside ECS's own fields holds the MISP-specific data."""
    attribute, event = indicator.attribute, indicator.event
    return msgspec.json.encode(
        {
            "@timestamp": _moment(indicator.changed),
            "ecs": {"version": VERSION},
            "message": event["info"],
            "tags": indicator.tags,
            "event": {
                "id": indicator.uuid,
                # As ECS classifies threat indicators, so that rules of Elastic find them.
                "kind": "enrichment",
                "category": ["threat"],
                "type": ["indicator"],
                "module": "misp",
                "dataset": "vardkase.indicator",
                "action": "indicator-removed" if indicator.is_gone else "indicator-published",
                "provider": indicator.provider,
            },
            "threat": {"indicator": _indicator(indicator)},
            "misp": {
                "event": {name: event[name] for name in ("id", "uuid", "info", "threat_level_id", "date")},
                "attribute": {
                    name: attribute[name]
                    for name in ("id", "uuid", "type", "category", "to_ids", "value", "object_relation")
                },
            },
        }
    )


def _indicator(indicator: Indicator) -> Fields:
    attribute = indicator.attribute
    described: Fields = {
        "name": indicator.value,
        "provider": indicator.provider,
        "modified_at": _moment(indicator.changed),
        "description": attribute["comment"],
        "first_seen": attribute["first_seen"],
        "last_seen": attribute["last_seen"],
        "marking": {"tlp": indicator.tlp} if indicator.tlp else None,
    }
    filled = {name: value for name, value in described.items() if value}
    fields = FIELDS.get(indicator.type)
    return {**filled, **(fields(*indicator.parts) if fields else {})}


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}Z"


def address_fields(first: str, second: str) -> Fields:
    try:
        kind = f"ipv{ip_address(first).version}-addr"
    except ValueError:
        return {}  # A network ("10.0.0.0/8"): ECS has no field for it, and `ip` of Elastic refuses one.
    return {"type": kind, "ip": first, **({"port": int(second)} if second.isdigit() else {})}


def domain_fields(first: str, second: str) -> Fields:
    return {
        "type": "domain-name",
        # Of `domain|ip` the second part, which may also be empty: Elastic refuses an `ip` that is none.
        "url": {"domain": first},
        **({"ip": second} if "ip" in address_fields(second, "") else {}),
    }


def registry_fields(first: str, second: str) -> Fields:
    key = {"key": first, **({"data": {"strings": [second]}} if second else {})}
    return {"type": "windows-registry-key", "registry": key}


def network_fields(first: str, _second: str) -> Fields:
    number = first.upper().removeprefix("AS")
    return {"type": "autonomous-system", "as": {"number": int(number)}} if number.isdigit() else {}


def hash_fields(name: str) -> Callable[[str, str], Fields]:
    def write(first: str, second: str) -> Fields:
        named = {"name": first} if second else {}
        return {"type": "file", "file": {**named, "hash": {name: second or first}}}

    return write


HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512/224", "sha512/256", "ssdeep", "tlsh")
FIELDS: dict[str, Callable[[str, str], Fields]] = {
    **dict.fromkeys(("ip-src", "ip-dst", "ip-src|port", "ip-dst|port"), address_fields),
    **dict.fromkeys(("domain", "hostname", "domain|ip"), domain_fields),
    "hostname|port": lambda first, second: {
        **domain_fields(first, ""),
        **({"port": int(second)} if second.isdigit() else {}),
    },
    **dict.fromkeys(
        ("url", "uri", "link"),
        lambda first, _second: {"type": "url", "url": {"original": first, "full": first}},
    ),
    **dict.fromkeys(
        ("email", "email-src", "email-dst", "email-reply-to"),
        lambda first, _second: {"type": "email-addr", "email": {"address": first}},
    ),
    "filename": lambda first, _second: {"type": "file", "file": {"name": first}},
    **dict.fromkeys(("regkey", "regkey|value"), registry_fields),
    "AS": network_fields,
    **{name: hash_fields(name) for name in HASHES},
    **{f"filename|{name}": hash_fields(name) for name in HASHES},
    **dict.fromkeys(("malware-sample",), hash_fields("md5")),
}
"""Type → the fields for its value. Other types have their value as the indicator's name alone."""
