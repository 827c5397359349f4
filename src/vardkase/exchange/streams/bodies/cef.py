"""Indicators in the Common Event Format (CEF:0), one per line, as ArcSight and most SIEMs read it."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from vardkase import __version__
from vardkase.exchange.streams.bodies.indicators import Indicator

SEVERITY = {"1": 9, "2": 6, "3": 3}
"""MISP's threat level → 0 to 10."""
UNKNOWN_SEVERITY = 5

EXTENSIONS = {
    "hostname": "dhost",
    "domain": "dhost",
    "url": "request",
    "uri": "request",
    "link": "request",
    "filename": "fname",
    "email": "suser",
    "email-src": "suser",
    "email-dst": "duser",
    **dict.fromkeys(("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "ssdeep", "tlsh"), "fileHash"),
}


def cef_line(indicator: Indicator) -> bytes:
    attribute, event = indicator.attribute, indicator.event
    extension = {
        # In milliseconds.
        "rt": str(int(indicator.changed.timestamp()) * 1000),
        "externalId": indicator.uuid,
        "act": "removed" if indicator.is_gone else "published",
        "cat": attribute["category"],
        **_of_value(indicator),
        "msg": attribute["comment"],
        # CEF has six custom texts, each named by a field of its own.
        "cs1Label": "value",
        "cs1": indicator.value,
        "cs2Label": "event",
        "cs2": event["uuid"],
        "cs3Label": "organisation",
        "cs3": indicator.provider,
        "cs4Label": "tags" if indicator.tags else "",
        "cs4": ", ".join(indicator.tags),
    }
    severity = SEVERITY.get(event["threat_level_id"], UNKNOWN_SEVERITY)
    return line(indicator.type, event["info"], severity, extension)


def line(kind: str, title: str, severity: int, extension: Mapping[str, str]) -> bytes:
    """Fields without a value are left out."""
    head = ("CEF:0", "Vardkase", "Vardkase", __version__, _head(kind), _head(title), str(severity))
    written = " ".join(f"{name}={_value(value)}" for name, value in extension.items() if value)
    return ("|".join(head) + "|" + written).encode()


def _of_value(indicator: Indicator) -> dict[str, str]:
    first, second = indicator.parts
    kind, _, _ = indicator.type.partition("|")
    if kind in ("ip-src", "ip-dst"):
        return address("s" if kind == "ip-src" else "d", first, second)
    if kind == "filename" and second:
        return {"fname": first, "fileHash": second}
    return {EXTENSIONS[kind]: first} if kind in EXTENSIONS else {}


def address(side: str, first: str, second: str) -> dict[str, str]:
    """CEF has separate fields for IPv6 addresses, which are custom ones."""
    try:
        version = ip_address(first).version
    except ValueError:
        return {}
    port = {f"{side}pt": second} if second else {}
    if version == 4:
        return {"src" if side == "s" else "dst": first, **port}
    place = "c6a2" if side == "s" else "c6a3"
    named = "Source IPv6 Address" if side == "s" else "Destination IPv6 Address"
    return {f"{place}Label": named, place: first, **port}


def _head(text: str) -> str:
    # The header is one line whose separator is escaped; "=" needs that only in the extension.
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")


def _value(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("=", "\\=")
    # One record is one line: line breaks are written as \n.
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")
