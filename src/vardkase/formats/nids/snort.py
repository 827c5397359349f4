"""Rules in Snort's syntax."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.formats.names import dns_name
from vardkase.formats.nids.rule import (
    COMMON,
    FOLLOW,
    Alert,
    Indicator,
    Maker,
    from_address,
    in_content,
    in_pattern,
    to_address,
)

QUESTION = 'content:"|01 00 00 01 00 00 00 00 00 01|"; depth:10; offset:2;'
"""Where a DNS message is a question."""
BROWSING = "tcp $HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS"
FLOW = "flow:to_server,established;"


def domain(found: Indicator) -> Sequence[Alert]:
    """A domain and its subdomains, in DNS queries over UDP and TCP, and in HTTP."""
    header = 'content: "Host|3a|"; nocase; http_header; content:"{}"; fast_pattern; nocase; http_header;'
    return _name(found.value1, "Domain", "", r"(^|[^A-Za-z0-9-])", header)


def hostname(found: Indicator) -> Sequence[Alert]:
    """A host without subdomains: the byte before its name is the last of the DNS header."""
    header = 'content: "Host|3a| {}"; nocase; http_header;'
    return _name(found.value1, "Hostname", "|01|", r"(^|[^A-Za-z0-9-\.])", header)


def domain_and_address(found: Indicator) -> Sequence[Alert]:
    return [*domain(found), *to_address(found), *from_address(found)]


def url(found: Indicator) -> Sequence[Alert]:
    return _browsing(found.value1, "Outgoing HTTP URL: ", "nocase; http_uri;")


def user_agent(found: Indicator) -> Sequence[Alert]:
    return _browsing(found.value1, "Outgoing User-Agent: ", "http_header;")


def _name(value: str, word: str, before: str, start: str, header: str) -> Sequence[Alert]:
    name = dns_name(value)
    if name is None:
        return ()
    labels = "".join(f"|{len(label):02x}|{label}" for label in name.split("."))
    asked = f'{QUESTION} content:"{before}{labels}|00|"; fast_pattern; nocase;'
    browsed = rf'{FLOW} {header.format(name)} pcre: "/{start}{in_pattern(name)}[^A-Za-z0-9-\.]/H";'
    text = f"{word}: {name}"
    return [
        Alert("udp any any -> any 53", text, asked),
        Alert("tcp any any -> any 53", text, f"{asked} flow:established;"),
        Alert(BROWSING, f"Outgoing HTTP {text}", browsed, FOLLOW),
    ]


def _browsing(value: str, text: str, after: str) -> Sequence[Alert]:
    if not value:
        return ()
    escaped = in_content(value)
    return [Alert(BROWSING, text + escaped, f'{FLOW} content:"{escaped}"; {after}', FOLLOW)]


RULES: dict[str, Maker] = COMMON | {
    "domain": domain,
    "hostname": hostname,
    "domain|ip": domain_and_address,
    "url": url,
    "user-agent": user_agent,
}
