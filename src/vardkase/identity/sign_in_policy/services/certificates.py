"""Client certificates allowed for an organisation's users and machines."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy.certificates import LONGEST, Certificate, certificate_of
from vardkase.identity.sign_in_policy.models import ClientCertificate
from vardkase.identity.sign_in_policy.problems import SignInPolicyProblem
from vardkase.identity.sign_in_policy.services.common import changing, keep_open, written_down

MOST = 200
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
PRIVATE_KEY = "PRIVATE KEY-----"
Pins = ClientCertificate.Pins


@transaction.atomic
def add_certificate(
    actor: Actor, organisation: Organisation, pem: str, *, pins: str = Pins.CERTIFICATE
) -> ClientCertificate:
    """Register a certificate from its PEM text, or its public key (`pins` is then "key").

    Raises Invalid unless it is a single certificate without private key that has not expired; Conflict if it
    is registered; Forbidden.
    """
    if PRIVATE_KEY in pem:
        raise _refused(SignInPolicyProblem.HAS_PRIVATE_KEY())
    try:
        found, text = certificate_of(pem[:LONGEST])
    except (ValueError, TypeError):
        raise _refused(SignInPolicyProblem.NOT_ONE_CERTIFICATE()) from None
    if found.ends < timezone.now():
        raise _refused(SignInPolicyProblem.CERTIFICATE_EXPIRED())
    fingerprint = found.key_fingerprint if pins == Pins.KEY else found.fingerprint
    known = {"subject": found.subject, "begins": found.begins, "ends": found.ends, "pem": text}
    return _add(actor, organisation, _chosen(pins), fingerprint, known)


@transaction.atomic
def add_fingerprint(
    actor: Actor, organisation: Organisation, fingerprint: str, *, pins: str = Pins.CERTIFICATE
) -> ClientCertificate:
    """Register a certificate, or a public key, by its SHA-256 in hex; colons and spaces are ignored."""
    plain = re.sub(r"[\s:]", "", fingerprint).lower()
    if not FINGERPRINT.fullmatch(plain):
        raise Invalid({"fingerprint": [SignInPolicyProblem.NOT_A_FINGERPRINT()]})
    return _add(actor, organisation, _chosen(pins), plain, {})


@transaction.atomic
def remove_certificate(
    actor: Actor, organisation: Organisation, pk: int, *, shown: Certificate | None = None
) -> None:
    organisation = changing(actor, organisation)
    certificate = first_or_not_found(
        organisation.client_certificates.filter(pk=pk), SignInPolicyProblem.CERTIFICATE_NOT_FOUND()
    )
    certificate.delete()
    _carry_over(organisation)
    keep_open(actor, organisation, "certificates", shown=shown)
    written_down(
        actor,
        organisation,
        IdentityAction.ORGANISATION_CERTIFICATE_REMOVED,
        {"pin": certificate.pin, "subject": certificate.subject},
    )


def _add(
    actor: Actor, organisation: Organisation, pins: str, fingerprint: str, known: dict[str, Any]
) -> ClientCertificate:
    organisation = changing(actor, organisation)
    if organisation.client_certificates.count() >= MOST:
        raise _refused(SignInPolicyProblem.TOO_MANY_CERTIFICATES(count=MOST))
    certificate, is_new = organisation.client_certificates.get_or_create(
        pins=pins, fingerprint=fingerprint, defaults={**known, "added_by": actor.name}
    )
    if not is_new:
        raise Conflict(SignInPolicyProblem.CERTIFICATE_REGISTERED(), existing_id=certificate.pk)
    _carry_over(organisation)
    written_down(
        actor,
        organisation,
        IdentityAction.ORGANISATION_CERTIFICATE_ADDED,
        {"pin": certificate.pin, "subject": certificate.subject},
    )
    return certificate


def _carry_over(organisation: Organisation) -> None:
    # Copied to the organisation's row, which each key and session loads anyway.
    organisation.certificate_pins = [
        certificate.pin for certificate in organisation.client_certificates.order_by("pk")
    ]
    organisation.save(update_fields=["certificate_pins", "date_modified"])


def _chosen(pins: str) -> str:
    if pins not in Pins.values:
        raise Invalid({"pins": [SignInPolicyProblem.UNKNOWN_PIN()]})
    return pins


def _refused(problem: Problem) -> Invalid:
    return Invalid({"pem": [problem]})
