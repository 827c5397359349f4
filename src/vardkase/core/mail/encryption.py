"""Mail encryption with a recipient's OpenPGP key or certificate, and what may be sent without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import InvalidValue, VardkaseError
from vardkase.core.mail.mime import Attachment, closed_by_openpgp, closed_by_smime, entity, signed
from vardkase.core.mail.services import Mail
from vardkase.core.mail.settings import SIGN
from vardkase.core.openpgp.instance_key import SIGNING_KEY
from vardkase.core.openpgp.problems import MailKeyProblem
from vardkase.core.problems import Problem
from vardkase.core.settings import Setting

ONLY_ENCRYPTED = Setting(
    "GnuPG.onlyencrypted",
    False,
    _("Send no mail about events to people who have no encryption key."),
    changed_by=ChangedBy.OFFICERS,
)
BODY_ONLY_ENCRYPTED = Setting(
    "GnuPG.bodyonlyencrypted",
    True,
    _("In mail that is not encrypted, name events but leave out their content."),
    changed_by=ChangedBy.OFFICERS,
)
OBSCURE_SUBJECT = Setting(
    "GnuPG.obscure_subject",
    False,
    _("In encrypted mail, put the subject inside the encrypted part only."),
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
OBSCURED = "..."
"""As mail programs write it that encrypt subjects."""

CERTIFICATE = "-----BEGIN CERTIFICATE-----"


class CannotBeSent(VardkaseError):
    pass


class Addressee(Protocol):
    """A recipient with an address and possibly a key."""

    @property
    def email(self) -> str: ...

    @property
    def gpgkey(self) -> str | None: ...

    @property
    def certif_public(self) -> str | None: ...


class Person(Addressee, Protocol):
    """An account, or another recipient whose language is known."""

    @property
    def language(self) -> str: ...


class Recipient(NamedTuple):
    """The recipient of a mail. With a `key`, an armored OpenPGP key or a PEM certificate, the mail is encrypted.

    `reference` is passed to `hooks.mail_settled` when the mail is sent or given up.
    """

    email: str
    language: str = ""
    key: str = ""
    reference: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, person: Person, language: str = "") -> Recipient:
        """A person with the key of their account; `language` is for those who have not chosen one."""
        return cls(person.email, person.language or language, person.gpgkey or person.certif_public or "")

    @property
    def gpgkey(self) -> str:
        return "" if self.certif_public else self.key

    @property
    def certif_public(self) -> str:
        return self.key if self.key.lstrip().startswith(CERTIFICATE) else ""


@dataclass(frozen=True, slots=True)
class AddressedMail:
    """The content of a mail.

    `subject` is visible in transit; `secret_subject` only to the reader. Without encryption `open_subject`
    replaces `subject`, and `open_text` is what may be disclosed; None if `text` and `html` may be.
    """

    subject: str
    text: str
    html: str = ""
    secret_subject: str = ""
    open_subject: str = ""
    open_text: str | None = None
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] | None = None
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class MailPolicy:
    """The current encryption settings; read once for many mails."""

    only_encrypted: bool
    body_only_encrypted: bool
    obscure_subject: bool
    signing_key: str

    @classmethod
    def now(cls) -> MailPolicy:
        return cls(
            ONLY_ENCRYPTED.value,
            BODY_ONLY_ENCRYPTED.value,
            OBSCURE_SUBJECT.value,
            SIGNING_KEY.value if SIGN.value else "",
        )


def addressed(letter: AddressedMail, to: Addressee, policy: MailPolicy) -> Mail:
    """The mail as `to` may receive it; OpenPGP is preferred to S/MIME.

    Raises CannotBeSent for an expired or otherwise unusable key, and if one is required and missing.
    """
    if not has_key(to):
        return _open(letter, to, policy)
    subject = OBSCURED if policy.obscure_subject else letter.subject
    inner = entity(letter.text, letter.html, letter.secret_subject or letter.subject, letter.attachments)
    return Mail(
        to.email,
        subject,
        "",
        reply_to=letter.reply_to,
        content=_closed(inner, to, policy),
        headers=letter.headers,
        about=letter.about,
    )


def has_key(to: Addressee) -> bool:
    return bool((to.gpgkey or "").strip() or (to.certif_public or "").strip())


def fault_of_key(to: Addressee) -> Problem | None:
    """Why mail to this person cannot be encrypted; None if it can, or there is no key."""
    try:
        if has_key(to):
            _closed(b"", to, None)
    except CannotBeSent as fault:
        return fault.problem
    return None


def _closed(inner: bytes, to: Addressee, policy: MailPolicy | None) -> bytes:
    try:
        if key := (to.gpgkey or "").strip():
            return closed_by_openpgp(inner, key, policy.signing_key if policy else "")
        return closed_by_smime(inner, (to.certif_public or "").strip())
    except InvalidValue as fault:
        raise CannotBeSent(fault.problem) from fault


def _open(letter: AddressedMail, to: Addressee, policy: MailPolicy) -> Mail:
    hides = letter.open_text is not None
    if hides and policy.only_encrypted:
        raise CannotBeSent(MailKeyProblem.ENCRYPTED_ONLY())
    brief = letter.open_text if policy.body_only_encrypted else None
    return Mail(
        to.email,
        letter.open_subject or letter.subject,
        letter.text if brief is None else brief,
        reply_to=letter.reply_to,
        html=letter.html if brief is None else "",
        content=_with_files(letter, policy) if brief is None and letter.attachments else None,
        headers=letter.headers,
        about=letter.about,
    )


def _with_files(letter: AddressedMail, policy: MailPolicy) -> bytes:
    part = entity(letter.text, letter.html, attachments=letter.attachments)
    return signed(part, policy.signing_key) if policy.signing_key else part
