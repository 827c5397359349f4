"""Services for the hub's signing certificate: one officer adds it, another person approves; any officer stops it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import AuditActor, Target, record
from vardkase.core.errors import Conflict
from vardkase.core.mail.settings import sender
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.signatures.audit_actions import SignatureAction
from vardkase.hub.signatures.keys import KeyPair, name_of, read_key_file, trial_pair
from vardkase.hub.signatures.models import SigningCertificate
from vardkase.hub.signatures.problems import SignatureProblem
from vardkase.hub.signatures.queries import certificate_in_use
from vardkase.hub.signatures.signing import KEYS
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.staff import DECIDE
from vardkase.identity.organisations.acting import Acting

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('signing certificate'))"
SUBJECT = "certificate"
"""Of every request: two cannot wait at once."""


@transaction.atomic
def propose_certificate(actor: Actor, content: bytes, passphrase: str, reason: str) -> ApprovalRequest:
    """Propose that documents are signed with the key and certificate of a file (PKCS#12 or PEM).

    The key is kept encrypted until the request is answered. Raises Forbidden, Invalid by field, Conflict.
    """
    _require_officer(actor)
    return _propose(actor, read_key_file(content, passphrase), reason, is_trial=False)


@transaction.atomic
def propose_trial_certificate(actor: Actor, reason: str) -> ApprovalRequest:
    """Propose a new certificate that the hub signs itself, for trial. Raises Forbidden, Invalid, Conflict."""
    _require_officer(actor)
    return _propose(actor, trial_pair(sender()), reason, is_trial=True)


@transaction.atomic
def stop_signing(actor: Actor) -> SigningCertificate:
    """Sign nothing more with the certificate in use, and erase its key: for one that is lost or replaced.

    Raises Forbidden, Conflict if none is in use.
    """
    _require_officer(actor)
    certificate = certificate_in_use()
    if certificate is None:
        raise Conflict(SignatureProblem.NONE_IN_USE())
    _end(actor, certificate)
    return certificate


def _require_officer(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(*DECIDE)
    cursor().execute(ONE_AT_A_TIME)


def _propose(actor: Actor, pair: KeyPair, reason: str, *, is_trial: bool) -> ApprovalRequest:
    used = certificate_in_use()
    if used is not None and used.fingerprint == pair.fingerprint:
        raise Conflict(SignatureProblem.IN_USE_ALREADY())
    row = SigningCertificate.objects.create(
        fingerprint=pair.fingerprint,
        subject=name_of(pair.certificate.subject),
        issuer=name_of(pair.certificate.issuer),
        valid_from=pair.certificate.not_valid_before_utc,
        valid_to=pair.certificate.not_valid_after_utc,
        chain=pair.chain_pem,
        encrypted_key=KEYS.encrypt(pair.key_pem),
        is_trial=is_trial,
        added_by=actor.name[:255],
    )
    parameters = {"certificate": row.pk, "fingerprint": row.fingerprint}
    return propose(actor, USE, SUBJECT, title=row.subject, parameters=parameters, reason=reason)


def _row(request: ApprovalRequest) -> SigningCertificate:
    cursor().execute(ONE_AT_A_TIME)
    rows = SigningCertificate.objects.filter(pk=request.parameters["certificate"], in_use_from=None)
    return first_or_not_found(rows, SignatureProblem.NO_SUCH_CERTIFICATE())


def _describe(request: ApprovalRequest) -> ActionDescription:
    row = SigningCertificate.objects.filter(pk=request.parameters["certificate"]).first()
    effect = gettext("Letters, decisions and reports are sealed with this certificate from now on.")
    if row is None:
        return ActionDescription(effect, (), "/signatures/")
    period = f"{date_format(row.valid_from, 'j F Y')} – {date_format(row.valid_to, 'j F Y')}"
    details = (
        (gettext("Issued to"), row.subject),
        (gettext("Issuer"), row.issuer),
        (gettext("Valid"), period),
        (gettext("Fingerprint (SHA-256)"), row.fingerprint_in_groups),
    )
    warning = gettext("The hub signed this certificate itself: recipients cannot trust it.")
    return ActionDescription(effect, details, "/signatures/", (warning,) if row.is_trial else ())


def _state(request: ApprovalRequest) -> dict[str, Any]:
    used = certificate_in_use()
    return {"fingerprint": _row(request).fingerprint, "in_use": used.pk if used else None}


def _use(approval: Approval) -> SigningCertificate:
    request = approval.for_action(USE).request
    row = _row(request)
    if row.valid_to < timezone.now():
        first, last = row.valid_from.date(), row.valid_to.date()
        raise Conflict(SignatureProblem.NOT_VALID_NOW(first=first, last=last))
    if used := certificate_in_use():
        _end(approval.actor, used)
    row.in_use_from = timezone.now()
    row.save(update_fields=["in_use_from"])
    change = {
        "fingerprint": row.fingerprint,
        "issuer": row.issuer,
        "is_trial": row.is_trial,
        "proposed_by": request.proposed_by_name,
    }
    record(approval.actor, SignatureAction.CERTIFICATE_USED, target_of(row), change)
    return row


def _end(actor: AuditActor, row: SigningCertificate) -> None:
    row.ended_at, row.ended_by, row.encrypted_key = timezone.now(), actor.name[:255], ""
    row.save(update_fields=["ended_at", "ended_by", "encrypted_key"])
    record(actor, SignatureAction.CERTIFICATE_ENDED, target_of(row), {"fingerprint": row.fingerprint})


def _forget(_actor: Acting, request: ApprovalRequest) -> None:
    """The key of a certificate that was not approved is kept nowhere."""
    SigningCertificate.objects.filter(pk=request.parameters["certificate"], in_use_from=None).delete()


def target_of(row: SigningCertificate) -> Target:
    return Target("signing_certificate", row.pk, title=row.subject)


USE = ApprovalAction(
    name="use_signing_certificate",
    title=_("Seal documents with a certificate"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=_describe,
    fingerprint=_state,
    execute=_use,
    closed=_forget,
    alone_until_in_use=OFFICERS,
)
