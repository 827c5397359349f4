"""Mails (RFC 5322) as text and as the fields of MISP's object "email". Runs inside a sandbox process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice

import msgspec

from vardkase.formats.incoming.web_page import text_with_links

type Field = tuple[str, str]
"""Relation in the object, and value."""

ADDRESSES = {"from": "from", "to": "to", "cc": "cc", "reply-to": "reply-to", "return-path": "return-path"}
TEXTS = {"subject": "subject", "message-id": "message-id", "x-mailer": "x-mailer", "user-agent": "user-agent"}
"""Header → relation in the object."""
RECEIVED_IP = re.compile(r"\[(?:IPv6:)?([0-9a-fA-F:.]{7,45})\]")
MOST_HEADERS = 50
"""Of one name."""
MOST_FIELDS = 50
"""Of each: addresses, texts, servers on the way, attachments."""
LONGEST_VALUE = 2000
LONGEST_HEADER = 10_000
"""Characters that are parsed, which takes time by their square."""


def read_mail(document: bytes) -> Iterator[bytes]:
    mail = message_from_bytes(document, _class=EmailMessage, policy=policy.default)
    parts = (_addresses(mail), _texts(mail), _ways(mail), _attachments(mail))
    fields = [field for part in parts for field in islice(dict.fromkeys(part), MOST_FIELDS)]
    yield msgspec.json.encode({"subject": _header(mail, "subject"), "text": _text(mail), "fields": fields})


def _addresses(mail: EmailMessage) -> Iterator[Field]:
    for header, relation in ADDRESSES.items():
        with suppress(RecursionError):
            for _name, address in getaddresses(_headers(mail, header)):
                if "@" in address:
                    yield relation, address[:LONGEST_VALUE]


def _texts(mail: EmailMessage) -> Iterator[Field]:
    for header, relation in TEXTS.items():
        if text := _header(mail, header):
            yield relation, text[:LONGEST_VALUE]
    with suppress(ValueError, TypeError):  # Missing, or not a date.
        yield "send-date", parsedate_to_datetime(_header(mail, "date")).isoformat()


def _ways(mail: EmailMessage) -> Iterator[Field]:
    for received in _headers(mail, "received"):
        for match in RECEIVED_IP.finditer(received):
            yield "received-header-ip", match[1]


def _attachments(mail: EmailMessage) -> Iterator[Field]:
    for part in mail.iter_attachments():
        if name := part.get_filename():
            yield "attachment", name[:LONGEST_VALUE]


def _headers(mail: EmailMessage, name: str) -> list[str]:
    raw = [value for header, value in mail.raw_items() if header.lower() == name][:MOST_HEADERS]
    return [_parsed(mail, name, str(value)).replace("\n", " ").replace("\0", "") for value in raw]


def _parsed(mail: EmailMessage, name: str, value: str) -> str:
    if len(value) > LONGEST_HEADER:
        return value[:LONGEST_HEADER]
    try:
        return str(mail.policy.header_fetch_parse(name, value))
    except RecursionError:  # Each bracket of nested comments is a level.
        return value


def _header(mail: EmailMessage, name: str) -> str:
    return next(iter(_headers(mail, name)), "").strip()


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    if body is None:
        return ""
    try:
        content = str(body.get_content())
    except (LookupError, MessageError, ValueError):  # An unknown character set, or broken transfer encoding.
        content = bytes(body.get_payload(decode=True) or b"").decode(errors="replace")
    if body.get_content_subtype() == "html":
        content = text_with_links(content)
    return content.replace("\0", "")
