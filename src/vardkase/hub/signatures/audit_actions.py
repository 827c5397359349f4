"""Actions on electronic signatures, as the audit log records them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class SignatureAction(AuditAction):
    SIGNATURES_CHECKED = (
        "case_document.signatures_checked",
        _("The electronic signatures of a document were checked again"),
    )
    CERTIFICATE_ENDED = (
        "signing_certificate.ended",
        _("The certificate for electronic seals is no longer used"),
    )
    CERTIFICATE_USED = "signing_certificate.used", _("A certificate for electronic seals was taken into use")
