"""Queries for the hub's signing certificates."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.db.models import F, QuerySet
from django.utils import timezone

from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.signatures.models import SigningCertificate
from vardkase.hub.signatures.problems import SignatureProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import DECIDE

SOON = timedelta(days=30)


class SigningState(StrEnum):
    """Whether the hub's documents are signed."""

    MISSING = "missing"
    EXPIRED = "expired"
    EXPIRES_SOON = "expires_soon"
    TRIAL = "trial"
    """With a certificate that the hub signed itself: nobody else trusts it."""
    VALID = "valid"


def certificate_in_use() -> SigningCertificate | None:
    return SigningCertificate.objects.filter(in_use_from__isnull=False, ended_at=None).first()


def valid_certificate() -> SigningCertificate | None:
    certificate = certificate_in_use()
    if certificate is None or not certificate.valid_from <= timezone.now() <= certificate.valid_to:
        return None
    return certificate


def signing_state(certificate: SigningCertificate | None) -> SigningState:
    if certificate is None:
        return SigningState.MISSING
    now = timezone.now()
    if not certificate.valid_from <= now <= certificate.valid_to:
        return SigningState.EXPIRED
    if certificate.is_trial:
        return SigningState.TRIAL
    return SigningState.EXPIRES_SOON if certificate.valid_to - now < SOON else SigningState.VALID


def former_certificates(actor: Actor) -> QuerySet[SigningCertificate]:
    actor.require_staff(*DECIDE)
    rows = SigningCertificate.objects.filter(in_use_from__isnull=False, ended_at__isnull=False)
    return rows.order_by(F("ended_at").desc(), "-pk")


def find_certificate(actor: Actor, pk: int) -> SigningCertificate:
    actor.require_staff(*DECIDE)
    return first_or_not_found(
        SigningCertificate.objects.filter(pk=pk, in_use_from__isnull=False),
        SignatureProblem.NO_SUCH_CERTIFICATE(),
    )
