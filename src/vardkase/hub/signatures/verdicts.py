"""What the check of a document's electronic signatures found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class SignatureVerdict(models.TextChoices):
    """From the best to the worst; of several signatures the worst counts."""

    TRUSTED = "trusted", _("Valid signature")
    UNKNOWN_ISSUER = "unknown_issuer", _("Valid signature, unknown issuer")
    EXPIRED = "expired", _("Signed with an expired certificate")
    UNCHECKED = "unchecked", _("Signature not checked")
    INVALID = "invalid", _("Invalid signature")
    CHANGED = "changed", _("Changed after signing")
    NONE = "none", _("No electronic signature")


class Revocation(models.TextChoices):
    """Whether the certificate of a signature, and those of its issuers, were revoked."""

    GOOD = "good", _("The issuer has confirmed that the certificate was not revoked.")
    REVOKED = "revoked", _("The issuer has revoked the certificate.")
    NOT_ASKED = (
        "not_asked",
        _("Whether the certificate has been revoked was not checked: the issuer was not asked."),
    )
    NO_ANSWER = (
        "no_answer",
        _("Whether the certificate has been revoked is not known: the issuer gave no valid answer."),
    )


VALID = frozenset((SignatureVerdict.TRUSTED, SignatureVerdict.UNKNOWN_ISSUER, SignatureVerdict.EXPIRED))
"""Made with the key of the certificate, and the document has not been changed since."""
NOT_CHECKED_FOR_REVOCATION = _("Valid signature, revocation not checked")


def verdict_words(verdict: str, signatures: Iterable[Mapping[str, Any]]) -> str:
    """`signatures` as in a report; those of reports from before revocation was checked do not tell of it."""
    states = {each.get("revocation", "") for each in signatures}
    if verdict == SignatureVerdict.TRUSTED and states != {Revocation.GOOD}:
        return str(NOT_CHECKED_FOR_REVOCATION)
    return str(SignatureVerdict(verdict).label)


EXPLANATIONS = {
    SignatureVerdict.TRUSTED: _(
        "The document has not been changed since it was signed, and the certificate was issued by an issuer that the "
        "hub trusts."
    ),
    SignatureVerdict.UNKNOWN_ISSUER: _(
        "The document has not been changed since it was signed. The hub does not know the issuer of the certificate, "
        "so the signer’s name is not confirmed."
    ),
    SignatureVerdict.EXPIRED: _(
        "The document has not been changed since it was signed. The certificate had expired when the document was "
        "checked, and no trusted timestamp shows that it was signed before that."
    ),
    SignatureVerdict.UNCHECKED: _(
        "The signature could not be checked: the file is encrypted, damaged or too large, or the check took too long."
    ),
    SignatureVerdict.INVALID: _(
        "The signature was not made with the key of the certificate, or the certificate may not be used for "
        "signatures, or has been revoked."
    ),
    SignatureVerdict.CHANGED: _(
        "The document has been changed since it was signed. Ask the sender for the original."
    ),
    SignatureVerdict.NONE: _("The document has no electronic signature."),
}
