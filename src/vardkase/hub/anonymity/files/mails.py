"""Mails: what the sender wrote remains, what the recipient's servers and program added does not.

Text is stored as it reads, not encoded, so that names in it are found and can be replaced. Runs inside a sandbox
process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime

from vardkase.core.errors import Invalid
from vardkase.core.file_names import safe_name
from vardkase.hub.anonymity.files.cleaner import InnerCleaner
from vardkase.hub.anonymity.problems import FileCleaningProblem

SENT_BY_OTHERS = ("From", "Sender", "Reply-To", "Return-Path", "Subject")
"""The recipients are the organisation's own people; Received, Message-ID and X- headers name its servers."""
ENCRYPTED = {
    "multipart/encrypted",
    "application/pkcs7-mime",
    "application/x-pkcs7-mime",
    "application/pgp-encrypted",
}
LEFT_OUT = {"message/delivery-status", "message/disposition-notification", "message/external-body"}
"""Which servers took part, whose mailbox it was, and where a server keeps the rest."""
SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
FORWARDED = {"message/rfc822", "message/global"}
ONLY_HEADERS = {"text/rfc822-headers", "message/global-headers"}
"""Of a mail that could not be delivered."""
MOST_PARTS = 200
CONTENT_ID = re.compile(rb"\bcid:([^\s\"'<>]{1,500})")
WRITTEN = policy.SMTP.clone(utf8=True, cte_type="8bit", max_line_length=0, refold_source="none")
ENCODED = WRITTEN.clone(max_line_length=76)
"""For attachments: Base64 has lines."""


def clean(name: str, content: bytes, clean_inside: InnerCleaner) -> bytes:
    mail = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
    if sum(1 for _ in mail.walk()) > MOST_PARTS:
        raise Invalid(FileCleaningProblem.TOO_MUCH(name=name))
    cleaner = _MailCleaner(name, clean_inside)
    cleaned = cleaner.mail(mail)
    new_ids = {old.encode(): b"part%d" % number for number, old in enumerate(cleaner.content_ids, 1)}
    return CONTENT_ID.sub(
        lambda match: b"cid:" + new_ids.get(match[1], b"missing"), cleaned.as_bytes(policy=WRITTEN)
    )


class _MailCleaner:
    def __init__(self, name: str, clean_inside: InnerCleaner) -> None:
        self._name = name
        self._clean_inside = clean_inside
        self._boundaries = 0
        self.content_ids: list[str] = []
        """As they were: programs put times and host names in them."""

    def mail(self, mail: Message) -> EmailMessage:
        cleaned = self._part(mail)
        headers = EmailMessage(policy=WRITTEN)
        for header, value in (*_headers(mail), *cleaned.items()):
            if header != "MIME-Version":
                headers[header] = value
        headers["MIME-Version"] = "1.0"
        headers.set_payload(cleaned.get_payload())
        return headers

    def _part(self, part: Message) -> EmailMessage:
        kind = part.get_content_type()
        if kind in ENCRYPTED:
            raise Invalid(FileCleaningProblem.ENCRYPTED(name=self._name))
        if kind in FORWARDED:
            return self._forwarded(part)
        if kind in ONLY_HEADERS:
            return self._only_headers(part)
        if _is_of_servers(part):
            raise Invalid(FileCleaningProblem.UNKNOWN_KIND(name=f"{self._name}/{kind}"))
        if part.is_multipart():
            return self._multipart(part)
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        if part.get_content_maintype() != "text" or part.get_filename():
            return self._attachment(part, content)
        cleaned = EmailMessage(policy=WRITTEN)
        text = _decoded(content, part.get_content_charset() or "utf-8")
        cleaned.set_content(text, subtype=part.get_content_subtype(), charset="utf-8", cte="8bit")
        return cleaned

    def _attachment(self, part: Message, content: bytes) -> EmailMessage:
        name = safe_name(part.get_filename() or "") or "attachment"
        content = self._clean_inside(name, content)
        cleaned = EmailMessage(policy=ENCODED)
        cleaned.set_content(
            content,
            maintype=part.get_content_maintype() if part.get_content_maintype() != "text" else "application",
            subtype=part.get_content_subtype(),
            disposition="inline" if part.get_content_disposition() == "inline" else "attachment",
            filename=name,
        )
        if content_id := str(part.get("Content-ID", "")).strip(" <>"):
            self.content_ids.append(content_id)
            cleaned["Content-ID"] = f"<part{len(self.content_ids)}>"
        return cleaned

    def _forwarded(self, part: Message) -> EmailMessage:
        inner = _parts(part)
        if len(inner) != 1:
            raise Invalid(FileCleaningProblem.DAMAGED(name=self._name))
        cleaned = EmailMessage(policy=WRITTEN)
        cleaned.set_content(self.mail(inner[0]))
        del cleaned["MIME-Version"]
        return cleaned

    def _only_headers(self, part: Message) -> EmailMessage:
        payload = part.get_payload(decode=True)
        mail = message_from_bytes(
            payload if isinstance(payload, bytes) else b"", _class=EmailMessage, policy=policy.default
        )
        cleaned = EmailMessage(policy=WRITTEN)
        text = "".join(f"{header}: {value}\n" for header, value in _headers(mail))
        cleaned.set_content(text, subtype="rfc822-headers", charset="utf-8", cte="8bit")
        return cleaned

    def _multipart(self, part: Message) -> EmailMessage:
        parts: list[Message | str] = [
            self._part(each) for each in _parts(part) if each.get_content_type() not in SIGNATURES | LEFT_OUT
        ]
        subtype = "mixed" if part.get_content_subtype() == "signed" else part.get_content_subtype()
        self._boundaries += 1
        cleaned = EmailMessage(policy=WRITTEN)
        cleaned["Content-Type"] = f'multipart/{subtype}; boundary="=_part_{self._boundaries}_="'
        cleaned.set_payload(parts)
        return cleaned


def _is_of_servers(part: Message) -> bool:
    """Reports of a delivery, and references to parts that lie elsewhere."""
    return (
        part.get_content_maintype() == "message" and part.get_content_type() not in FORWARDED | ONLY_HEADERS
    )


def _parts(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _headers(mail: Message) -> Iterator[tuple[str, str]]:
    for header in SENT_BY_OTHERS:
        if value := mail.get(header):
            yield header, re.sub(r"\s+", " ", str(value))
    yield "To", "undisclosed-recipients:;"
    try:
        sent = parsedate_to_datetime(str(mail.get("Date", "")))
    except ValueError:
        return
    # The day: the second would be found in the recipient's logs.
    yield "Date", f"{sent:%a, %d %b %Y} 00:00:00 +0000"


def _decoded(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")
