"""Localised reasons why mail cannot be encrypted with a key."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.core import openpgp, smime

FAULTS: dict[str, str | Promise] = {
    openpgp.NO_PUBLIC_KEY: _(
        "This is no public OpenPGP key. Paste all of it, from the line “BEGIN PGP PUBLIC KEY BLOCK” on."
    ),
    openpgp.NO_ENCRYPTION_KEY: _(
        "Nothing can be encrypted with this key: it has expired, is revoked, or is not made for that."
    ),
    smime.NO_CERTIFICATE: _("This is no certificate in PEM form with an RSA key."),
    smime.NOT_VALID_NOW: _("The certificate does not hold now."),
    smime.NOT_FOR_MAIL: _("The certificate is not made for mail."),
}


def key_fault(reason: str) -> str:
    return str(FAULTS.get(reason, reason))
