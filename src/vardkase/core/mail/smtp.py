"""Sends one mail by SMTP. Error messages contain neither addresses nor passwords, because they are logged."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, formatdate, make_msgid

from django.conf import settings
from django.utils.encoding import punycode

from vardkase.core.errors import VardkaseError
from vardkase.core.mail.mime import entity, signed
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.problems import OutgoingMailProblem
from vardkase.core.mail.settings import FROM_NAME, REPLY_TO, SIGN
from vardkase.core.openpgp.instance_key import SIGNING_KEY

TIMEOUT = 30.0
PERMANENT = 500
"""Answers from here on are final (RFC 5321, section 4.2.1)."""


class MailDelayed(VardkaseError):
    """The server could not be reached, or asked to try again later."""


class MailRefused(VardkaseError):
    """The server rejected this mail permanently."""


def send(mail: OutgoingMail) -> None:
    """Deliver to the mail server. Raises MailDelayed or MailRefused."""
    try:
        document = written(mail)
    except ValueError:
        raise MailRefused(OutgoingMailProblem.FORBIDDEN_HEADER()) from None
    try:
        with _connected() as server:
            server.sendmail(settings.VARDKASE_MAIL_FROM, [_ascii(mail.recipient)], document)
    except smtplib.SMTPRecipientsRefused as refused:
        raise _fault(
            max(code for code, _ in refused.recipients.values()), OutgoingMailProblem.RECIPIENT_REFUSED
        ) from None
    except smtplib.SMTPAuthenticationError as refused:
        # The operator can put a wrong password right while the mail waits.
        raise MailDelayed(OutgoingMailProblem.NOT_LET_IN(status=refused.smtp_code)) from None
    except smtplib.SMTPResponseException as refused:
        raise _fault(refused.smtp_code, OutgoingMailProblem.MAIL_REFUSED) from None
    except (smtplib.SMTPException, OSError) as fault:
        raise MailDelayed(OutgoingMailProblem.NO_SERVER(fault=type(fault).__name__)) from None


def written(mail: OutgoingMail) -> bytes:
    head = EmailMessage(policy=SMTP)
    head["From"] = formataddr((FROM_NAME.value, settings.VARDKASE_MAIL_FROM))
    head["To"] = _ascii(mail.recipient)
    if answers := mail.reply_to or REPLY_TO.value:
        head["Reply-To"] = _ascii(answers)
    head["Subject"] = mail.subject
    head["Date"] = formatdate()
    head["Message-ID"] = mail.message_id or make_msgid()
    # Keeps automatic replies, such as those of holidays, from coming back (RFC 3834).
    head["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        head[name] = value
    head["MIME-Version"] = "1.0"
    return head.as_bytes().rstrip(b"\r\n") + b"\r\n" + _content(mail)


def _content(mail: OutgoingMail) -> bytes:
    if mail.content is not None:
        return bytes(mail.content)
    part = entity(mail.text, mail.html)
    key = SIGNING_KEY.value if SIGN.value else ""
    return signed(part, key) if key else part


def presented_certificate() -> bytes:
    """The certificate (DER) of the mail server, trusted or not. Raises OSError."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    with _encrypted(unchecked) as server:
        return server.sock.getpeercert(binary_form=True) or b""  # type: ignore[union-attr]


def _encrypted(context: ssl.SSLContext) -> smtplib.SMTP:
    address = (settings.VARDKASE_SMTP_HOST, settings.VARDKASE_SMTP_PORT)
    security = settings.VARDKASE_SMTP_SECURITY
    if security == "tls":
        return smtplib.SMTP_SSL(*address, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(*address, timeout=TIMEOUT)
    try:
        if security == "starttls":
            server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _connected() -> smtplib.SMTP:
    server = _encrypted(ssl.create_default_context())
    try:
        if settings.VARDKASE_SMTP_USER:
            server.login(settings.VARDKASE_SMTP_USER, settings.VARDKASE_SMTP_PASSWORD)
    except BaseException:
        server.close()
        raise
    return server


def _ascii(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{punycode(domain)}"


def _fault(code: int, problem: OutgoingMailProblem) -> MailDelayed | MailRefused:
    kind = MailRefused if code >= PERMANENT else MailDelayed
    return kind(problem(status=code))
