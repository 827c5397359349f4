"""Building blocks of IDS rules, and escaping of values in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from vardkase.misp.types import network_of

# Both engines end an option at ';' and read what is between bars as hexadecimal bytes; MISP escapes 0x as
# well.
NOT_IN_CONTENT = re.compile(r'[^ -~]|["\\;:|]|0x')
NOT_IN_MESSAGE = re.compile(r'[^ -~]|["\\;]')
PORT = re.compile(r"\d{1,5}", re.ASCII)
LARGEST_PORT = 65535
FOLLOW = "tag:session,600,seconds;"
"""Log what follows in the session, too."""


class Indicator(NamedTuple):
    """An attribute with the data that rules need. `tags` are comma-separated tag names, `object` is its
    object's name."""

    id: int
    event_id: int
    threat_level: int
    type: str
    value1: str
    value2: str | None
    tags: str | None
    object_id: int | None
    object: str | None
    relation: str | None


class Alert(NamedTuple):
    """One rule without its numbers: `head` is protocol and directions, `text` goes into the message."""

    head: str
    text: str
    content: str = ""
    tag: str = ""


type Maker = Callable[[Indicator], Sequence[Alert]]
"""The rules for an attribute; none if no rule can express its value."""


def in_content(value: str) -> str:
    """`value` for the quotes of `content`; characters that could end them become hexadecimal bytes."""
    return NOT_IN_CONTENT.sub(_hexadecimal, value)


def in_message(value: str) -> str:
    return NOT_IN_MESSAGE.sub(_hexadecimal, value)


def in_pattern(name: str) -> str:
    return name.replace(".", r"\.")


def to_address(indicator: Indicator) -> Sequence[Alert]:
    return address_alerts(indicator, "ip $HOME_NET any -> {} {}", "Outgoing To IP: ")


def from_address(indicator: Indicator) -> Sequence[Alert]:
    return address_alerts(indicator, "ip {} {} -> $HOME_NET any", "Incoming From IP: ")


def from_mailbox(indicator: Indicator) -> Sequence[Alert]:
    return mail_alerts(
        indicator.value1, "Source Email Address: ", 'content:"MAIL FROM|3a|"; nocase;', "nocase;"
    )


def to_mailbox(indicator: Indicator) -> Sequence[Alert]:
    return mail_alerts(
        indicator.value1, "Destination Email Address: ", 'content:"RCPT TO|3a|"; nocase;', "nocase;"
    )


def mailbox(indicator: Indicator) -> Sequence[Alert]:
    return [*from_mailbox(indicator), *to_mailbox(indicator)]


def mail_subject(indicator: Indicator) -> Sequence[Alert]:
    return mail_alerts(indicator.value1, "Bad Email Subject: ", 'content:"Subject|3a|"; nocase;', "nocase;")


def mail_attachment(indicator: Indicator) -> Sequence[Alert]:
    before = 'content:"Content-Disposition|3a| attachment|3b| filename|3d 22|"; nocase;'
    return mail_alerts(indicator.value1, "Bad Email Attachment: ", before, "nocase;")


def port_of(value: str | None) -> str | None:
    if value and PORT.fullmatch(value) and int(value) <= LARGEST_PORT:
        return value
    return None


def address_alerts(indicator: Indicator, head: str, text: str) -> Sequence[Alert]:
    network = network_of(indicator.type, indicator.value1, indicator.value2)
    if network is None:
        return ()
    if not indicator.type.endswith("|port"):
        return [Alert(head.format(network, "any"), text + network)]
    port = port_of(indicator.value2)
    return [Alert(head.format(network, port), f"{text}{network}|{port}")] if port else ()


def mail_alerts(value: str, text: str, before: str, after: str) -> Sequence[Alert]:
    if not value:
        return ()
    content = (
        f'flow:established,to_server; {before} content:"{in_content(value)}"; fast_pattern; {after} '
        # The empty line that ends the header, so that the value is in the header and not in the text.
        'content:"|0D 0A 0D 0A|"; within:8192;'
    )
    return [Alert("tcp $EXTERNAL_NET any -> $SMTP_SERVERS 25", text + in_content(value), content, FOLLOW)]


def _hexadecimal(match: re.Match[str]) -> str:
    return f"|{match[0].encode().hex(' ')}|"


COMMON: dict[str, Maker] = {
    "ip-dst": to_address,
    "ip-dst|port": to_address,
    "ip-src": from_address,
    "ip-src|port": from_address,
    "email": mailbox,
    "email-src": from_mailbox,
    "email-dst": to_mailbox,
    "email-subject": mail_subject,
    "email-attachment": mail_attachment,
}
"""Type of attribute → its rules, where both engines have the same syntax."""
