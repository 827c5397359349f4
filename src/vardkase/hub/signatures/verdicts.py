"""What the check of a document's electronic signatures found."""

from __future__ import annotations

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


EXPLANATIONS = {
    SignatureVerdict.TRUSTED: _(
        "The document has not been changed since it was signed, and the certificate was issued by an issuer that the "
        "hub trusts. Whether the certificate has been revoked is only checked against lists in the document itself."
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
        "signatures, or is revoked by a list in the document."
    ),
    SignatureVerdict.CHANGED: _(
        "The document has been changed since it was signed. Ask the sender for the original."
    ),
    SignatureVerdict.NONE: _("The document has no electronic signature."),
}
