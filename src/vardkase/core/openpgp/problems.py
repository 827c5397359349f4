"""Why a key or certificate cannot be used for mail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class MailKeyProblem(ProblemCode):
    """About OpenPGP keys and S/MIME certificates."""

    NO_PUBLIC_KEY = (
        _("This is no public OpenPGP key. Paste all of it, from the line “BEGIN PGP PUBLIC KEY BLOCK” on."),
        "This is not an OpenPGP public key in ASCII armor.",
    )
    NO_SIGNING_KEY = _("This is not an OpenPGP secret key, without a passphrase, whose primary key signs.")
    NO_ENCRYPTION_KEY = (
        _("Nothing can be encrypted with this key: it has expired, is revoked, or is not made for that."),
        "Nothing can be encrypted with this OpenPGP key: it is expired, revoked, or not made for that.",
    )
    NO_CERTIFICATE = (
        _("This is no certificate in PEM form with an RSA key."),
        "This is not an X.509 certificate with an RSA key.",
    )
    NOT_VALID_NOW = _("The certificate does not hold now."), "The certificate is not valid now."
    NOT_FOR_MAIL = _("The certificate is not made for mail.")
    ENCRYPTED_ONLY = (
        _("There is no key to encrypt with, and this hub sends mail about events encrypted only."),
        "There is no key, and mail goes out encrypted only (GnuPG.onlyencrypted).",
    )
