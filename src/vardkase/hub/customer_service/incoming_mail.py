"""Incoming mail to customer service, registered as a request or as a message in an existing one.

The sender's address is not proven: the request counts as a visitor's, and the message is marked as mail.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from html import unescape

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.html import strip_tags

from vardkase.core.errors import Invalid
from vardkase.hub.customer_service import services
from vardkase.hub.customer_service.models import RequestKind, SupportRequest
from vardkase.hub.customer_service.problems import IncomingMailProblem
from vardkase.hub.customer_service.rules import DESKS
from vardkase.identity.access.actor import Actor

LARGEST = 5 * 1024 * 1024
"""Bytes of a mail; attachments are not kept."""

# 18 digits always fit PostgreSQL's bigint.
NUMBER = re.compile(r"#(\d{1,18})\b")


@transaction.atomic
def register_mail(actor: Actor, raw: bytes, kind: str = RequestKind.ACCESS) -> SupportRequest:
    """Register the mail `raw` (RFC 5322), as a message of the request named in its subject if the sender
    matches.

    Raises Invalid unless it is a mail with a sender and a text, Forbidden for actors without a desk.
    """
    actor.require_writing()
    actor.require_staff(*DESKS)
    if len(raw) > LARGEST:
        raise Invalid(IncomingMailProblem.TOO_LARGE())
    # Without the policy, Python keeps its interface of 2012, which decodes no headers and finds no body.
    mail = message_from_bytes(raw, policy=default)
    name, email = _sender(mail)
    subject = " ".join(str(mail["subject"] or "").split())[: services.LONGEST_SUBJECT]
    text = _text(mail)
    # Only with the address of the one who asked: anybody can write a number into a subject.
    number = NUMBER.search(subject)
    named = SupportRequest.objects.filter(pk=int(number[1]) if number else 0, asker_email__iexact=email)
    if (known := named.first()) is not None:
        services.add_as_asker(services.as_asker(actor, known), known, text, by_mail=True)
        return known
    data = {"kind": kind, "subject": subject or "–", "text": text, "name": name, "email": email}
    return services.register_for(actor, data)


def _sender(mail: EmailMessage) -> tuple[str, str]:
    name, email = parseaddr(str(mail["from"] or ""))
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(IncomingMailProblem.NO_SENDER()) from error
    return name, email


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(preferencelist=("plain", "html"))
    if body is None:
        raise Invalid(IncomingMailProblem.NO_TEXT())
    try:
        text = str(body.get_content())
    except (LookupError, UnicodeDecodeError) as error:  # an unknown or a wrong charset
        raise Invalid(IncomingMailProblem.UNREADABLE()) from error
    # It is shown as text, in which entities would be read as they are written.
    plain = unescape(strip_tags(text)) if body.get_content_type() == "text/html" else text
    return plain.replace("\0", "").strip()[: services.LONGEST_TEXT]
