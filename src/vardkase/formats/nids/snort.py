"""Rules in Snort's syntax."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.formats.dns_names import dns_name
from vardkase.formats.nids.common_rules import (
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


def domain(indicator: Indicator) -> Sequence[Alert]:
    """A domain and its subdomains, in DNS queries over UDP and TCP, and in HTTP."""
    header = 'content: "Host|3a|"; nocase; http_header; content:"{}"; fast_pattern; nocase; http_header;'
    return name_alerts(indicator.value1, "Domain", "", r"(^|[^A-Za-z0-9-])", header)


def hostname(indicator: Indicator) -> Sequence[Alert]:
    """A host without subdomains: the byte before its name is the last of the DNS header."""
    header = 'content: "Host|3a| {}"; nocase; http_header;'
    return name_alerts(indicator.value1, "Hostname", "|01|", r"(^|[^A-Za-z0-9-\.])", header)


def domain_and_address(indicator: Indicator) -> Sequence[Alert]:
    return [*domain(indicator), *to_address(indicator), *from_address(indicator)]


def url(indicator: Indicator) -> Sequence[Alert]:
    return http_alerts(indicator.value1, "Outgoing HTTP URL: ", "nocase; http_uri;")


def user_agent(indicator: Indicator) -> Sequence[Alert]:
    return http_alerts(indicator.value1, "Outgoing User-Agent: ", "http_header;")


def name_alerts(value: str, word: str, before: str, start: str, header: str) -> Sequence[Alert]:
    name = dns_name(value)
    if name is None:
        return ()
    # In a DNS message a name is its labels, each after its length, and a zero at the end (RFC 1035).
    labels = "".join(f"|{len(label):02x}|{label}" for label in name.split("."))
    query = f'{QUESTION} content:"{before}{labels}|00|"; fast_pattern; nocase;'
    request = rf'{FLOW} {header.format(name)} pcre: "/{start}{in_pattern(name)}[^A-Za-z0-9-\.]/H";'
    text = f"{word}: {name}"
    return [
        Alert("udp any any -> any 53", text, query),
        Alert("tcp any any -> any 53", text, f"{query} flow:established;"),
        Alert(BROWSING, f"Outgoing HTTP {text}", request, FOLLOW),
    ]


def http_alerts(value: str, text: str, after: str) -> Sequence[Alert]:
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
