"""Header of a response policy zone, and its options."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any, NamedTuple

from vardkase.analysis.search.filters import Search
from vardkase.core.clock import now_seconds, today
from vardkase.core.errors import Invalid
from vardkase.formats.dns_names import dns_name
from vardkase.formats.problems import ExportProblem
from vardkase.formats.rpz import settings

DURATION = re.compile(r"(?:\d{1,9}[smhdw]?){1,5}", re.ASCII | re.IGNORECASE)
SERIAL = re.compile(r"(?:\d|\$date|\$time){1,10}", re.ASCII)
LARGEST_SERIAL = 2**32 - 1


class Policy(NamedTuple):
    record: str
    effect: str


POLICIES = (
    Policy("CNAME rpz-drop.", "be dropped: no answer is sent to the client."),
    Policy("CNAME .", "return NXDOMAIN (name does not exist) irrespective of actual result received."),
    Policy("CNAME *.", "return NODATA (name exists but no answers returned) irrespective of actual result received."),
    Policy("", "return the walled garden {garden} irrespective of actual result received."),
    Policy("CNAME rpz-passthru.", "be let through: the actual result is returned."),
    Policy("CNAME rpz-tcp-only.", "have to be asked for again over TCP."),
)  # fmt: skip
LOCAL_DATA = settings.POLICIES.index("Local-Data")
NUMBER_OF = {name.lower(): number for number, name in enumerate(settings.POLICIES)}


def policy_of(search: Search) -> Policy:
    """The policy with this name or number; the installation's if it does not exist, as in MISP."""
    name = str(search.options.get("policy", "")).strip().lower()
    number = (
        int(name) if name in ("0", "1", "2", "3", "4", "5") else NUMBER_OF.get(name, settings.POLICY.value)
    )
    if number != LOCAL_DATA:
        return POLICIES[number]
    # The only policy with a parameter: where the resolver sends the client instead.
    garden = _option(search, "walled_garden", settings.WALLED_GARDEN.value)
    return Policy(_garden_record(garden), POLICIES[number].effect.format(garden=garden))


def head(search: Search) -> str:
    """TTL, SOA and name servers. Raises Invalid for an option that is not allowed in a zone."""

    def option(name: str, default: str) -> str:
        return _require_form(name, _option(search, name, default), DURATION)

    ns = _require_name("ns", _option(search, "ns", settings.NS.value))
    # In an SOA record the mailbox is a name (RFC 1035).
    email = _require_name("email", _option(search, "email", settings.EMAIL.value).replace("@", "."))
    serial = _serial(_option(search, "serial", settings.SERIAL.value))
    times = " ".join(
        (
            option("refresh", settings.REFRESH.value),
            option("retry", settings.RETRY.value),
            option("expiry", settings.EXPIRY.value),
            option("minimum_ttl", settings.MINIMUM_TTL.value),
        )
    )
    indent = " " * 16
    lines = [
        f"$TTL {option('ttl', settings.TTL.value)};",
        f"{'@':16}SOA {ns} {email} ({serial} {times})",
        f"{indent}NS {ns}",
    ]
    if settings.NS_ALT.value:
        lines.append(f"{indent}NS {_require_name('ns_alt', settings.NS_ALT.value)}")
    return "\n".join(lines) + "\n\n"


def _option(search: Search, name: str, default: str) -> str:
    value: Any = search.options.get(name)
    return default if value is None or value == "" else str(value)


def _require_form(name: str, value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        raise Invalid(ExportProblem.BAD_ZONE_OPTION(name=name))
    return value


def _require_name(option: str, value: str) -> str:
    # `dns_name` would convert an IDN, but the value goes into the zone as it was written.
    if dns_name(value) is None or not value.isascii():
        raise Invalid(ExportProblem.BAD_ZONE_OPTION(name=option))
    return value


def _serial(template: str) -> str:
    _require_form("serial", template, SERIAL)
    serial = template.replace("$date", f"{today():%Y%m%d}").replace("$time", str(now_seconds()))
    # A serial number has 32 bits (RFC 1035); a resolver would not load the zone.
    if int(serial) > LARGEST_SERIAL:
        raise Invalid(ExportProblem.BAD_ZONE_OPTION(name="serial"))
    return serial


def _garden_record(garden: str) -> str:
    """The record that leads to an address or to a host."""
    try:
        address = ip_address(garden)
    except ValueError:
        return f"CNAME {_require_name('walled_garden', garden).removesuffix('.')}."
    return f"{'A' if address.version == 4 else 'AAAA'} {address}"
