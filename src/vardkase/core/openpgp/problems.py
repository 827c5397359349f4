"""Why a key or certificate cannot be used for mail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class MailKeyProblem(ProblemCode):
    """About OpenPGP keys and S/MIME certificates."""

    NO_PUBLIC_KEY = (
        _(
            "This is not a public OpenPGP key. Paste all of it, starting with the line “BEGIN PGP PUBLIC KEY BLOCK”."
        ),
        "This is not an OpenPGP public key in ASCII armor.",
    )
    NO_SIGNING_KEY = _("This is not an OpenPGP secret key, without a passphrase, whose primary key signs.")
    NO_ENCRYPTION_KEY = (
        _(
            "This key cannot be used for encryption: it has expired, has been revoked, or is not an encryption key."
        ),
        "Nothing can be encrypted with this OpenPGP key: it is expired, revoked, or not made for that.",
    )
    NO_CERTIFICATE = (
        _("This is not a certificate in PEM format with an RSA key."),
        "This is not an X.509 certificate with an RSA key.",
    )
    NOT_VALID_NOW = _("The certificate is not currently valid."), "The certificate is not valid now."
    NOT_FOR_MAIL = _("The certificate is not an e-mail certificate.")
    ENCRYPTED_ONLY = (
        _("There is no key to encrypt with, and this hub only sends encrypted e-mail about events."),
        "There is no key, and mail goes out encrypted only (GnuPG.onlyencrypted).",
    )
