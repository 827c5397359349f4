"""What the services of signatures refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SignatureProblem(ProblemCode):
    NO_KEY_FILE = _("The file is neither PKCS#12 nor PEM with a private key and its certificate.")
    WRONG_PASSPHRASE = _("The file could not be opened with this passphrase.")
    KEY_FILE_TOO_LARGE = _("The file may be at most %(most)s kB.")
    OTHER_KEY = _("The private key does not belong to the certificate.")
    WEAK_KEY = _(
        "The key is too weak: RSA of at least 2048 bits or an elliptic curve (P-256, P-384, P-521) is needed."
    )
    NOT_VALID_NOW = _("The certificate is not valid today: it is valid from %(first)s to %(last)s.")
    NOT_FOR_SIGNING = _("The certificate does not permit signatures (key usage).")
    IN_USE_ALREADY = _("This certificate is already in use.")
    NO_SUCH_CERTIFICATE = _("Certificate not found.")
    NONE_IN_USE = _("No certificate is in use.")
    CANNOT_SIGN = _(
        "Letters must be electronically sealed, and no valid certificate is in use. An officer can add one under "
        "“Electronic seals and signatures”."
    )
    NOT_CERTIFICATES = _("Enter certificates in PEM format.")
    NOT_AN_ADDRESS = _("Enter an address that begins with https:// or http://.")
    ADDRESS_WITH_PASSWORD = _(
        "The address may not hold a user name or password: it is shown to officers and logged."
    )
    NOT_A_PDF = _("Only PDF documents are checked for signatures.")
