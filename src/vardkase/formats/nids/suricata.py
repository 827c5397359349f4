"""Rules in Suricata's own syntax, where it differs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

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

FLOW = "flow:to_server,established;"
HASH = re.compile(r"[0-9a-f]{32}", re.ASCII | re.IGNORECASE)
PLAIN_PORTS = {"ssh": 22, "ftp": 21}


def domain(indicator: Indicator) -> Sequence[Alert]:
    """A domain and its subdomains, in DNS queries and HTTP."""
    header = 'content: "Host|3a|"; nocase; http.header; content:"{}"; fast_pattern; nocase;'
    return name_alerts(indicator.value1, "Domain", r"(^|[^A-Za-z0-9-])", header)


def hostname(indicator: Indicator) -> Sequence[Alert]:
    header = 'content: "Host|3a| {}"; fast_pattern; nocase;'
    return name_alerts(indicator.value1, "Hostname", r"(^|[^A-Za-z0-9-\.])", header)


def domain_and_address(indicator: Indicator) -> Sequence[Alert]:
    return [*domain(indicator), *to_address(indicator), *from_address(indicator)]


def url(indicator: Indicator) -> Sequence[Alert]:
    value = indicator.value1
    try:
        split = urlsplit(value)
        host, port = split.hostname or "", split.port
    except ValueError:
        return ()
    text = f"Outgoing URL {in_content(value)}"
    if split.scheme not in SCHEMES:
        content = f'{FLOW} http.uri; content:"{in_content(value)}"; fast_pattern; nocase;'
        return (
            [Alert("http $HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS", text, content, FOLLOW)] if value else ()
        )
    address = _address(host)
    name = address or dns_name(host)
    return SCHEMES[split.scheme](split, name, address, port, text) if name else ()


def user_agent(indicator: Indicator) -> Sequence[Alert]:
    if not indicator.value1:
        return ()
    value = in_content(indicator.value1)
    content = f'{FLOW} content:"{value}"; fast_pattern; http_user_agent;'
    return [Alert("http $HOME_NET any -> $EXTERNAL_NET any", f"Outgoing User-Agent {value}", content, FOLLOW)]


def ja3(indicator: Indicator) -> Sequence[Alert]:
    """A TLS client (JA3), or on a ja3s object a server, by its handshake fingerprint."""
    if not HASH.fullmatch(indicator.value1):
        return ()
    word, buffer = ("JA3S", "ja3s.hash") if indicator.object == "ja3s" else ("JA3", "ja3.hash")
    value = indicator.value1.lower()
    content = f'{buffer}; content:"{value}"; fast_pattern;'
    return [Alert("tls any any -> any any", f"{word} Hash: {value}", content, FOLLOW)]


def name_alerts(value: str, word: str, start: str, header: str) -> Sequence[Alert]:
    name = dns_name(value)
    if name is None:
        return ()
    pattern = start + in_pattern(name)
    # The name ends the query; `start` says what may come before it: for a domain a dot as well.
    query = f'dns.query; content:"{name}"; nocase; pcre: "/{pattern}$/i";'
    request = rf'{FLOW} http.header; {header.format(name)} pcre: "/{pattern}[^A-Za-z0-9-\.]/Hi";'
    return [
        Alert("dns any any -> any any", f"{word} {name}", query),
        Alert("http $HOME_NET any -> $EXTERNAL_NET any", f"Outgoing HTTP {word} {name}", request, FOLLOW),
    ]


def http_rules(split: SplitResult, host: str, address: str, port: int | None, text: str) -> Sequence[Alert]:
    content = f'{FLOW} http.header; content:"{in_content(host)}"; fast_pattern; nocase;'
    if split.path:
        content += f' http.uri; content:"{in_content(split.path)}"; nocase;'
    head = f"http $HOME_NET any -> {address or '$EXTERNAL_NET'} {port or '$HTTP_PORTS'}"
    return [Alert(head, text, content, FOLLOW)]


def tls_rules(_split: SplitResult, host: str, address: str, port: int | None, text: str) -> Sequence[Alert]:
    # The path is encrypted, and an address sends no server name.
    content = FLOW if address else f'{FLOW} tls.sni; content:"{host}"; fast_pattern; nocase;'
    return [Alert(f"tls $HOME_NET any -> {address or '$EXTERNAL_NET'} {port or 443}", text, content, FOLLOW)]


def plain_rules(split: SplitResult, _host: str, address: str, port: int | None, text: str) -> Sequence[Alert]:
    if not address:  # Neither protocol has a field with the name that was looked up.
        return ()
    content = f"{FLOW} app-layer-protocol:{split.scheme};"
    return [
        Alert(f"tcp $HOME_NET any -> {address} {port or PLAIN_PORTS[split.scheme]}", text, content, FOLLOW)
    ]


def _address(host: str) -> str:
    # Most hosts are names: this spares the exception.
    if not host or host[-1] not in "0123456789abcdef:":
        return ""
    try:
        return str(ip_address(host))
    except ValueError:
        return ""


SCHEMES = {"http": http_rules, "https": tls_rules, "ssh": plain_rules, "ftp": plain_rules}

RULES: dict[str, Maker] = COMMON | {
    "domain": domain,
    "hostname": hostname,
    "domain|ip": domain_and_address,
    "url": url,
    "user-agent": user_agent,
    "ja3-fingerprint-md5": ja3,
}
