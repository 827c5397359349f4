"""Officers' keys: registered by their owner and approved by another officer; withdrawn at once by their owner.

Two people stand behind every key, so that nobody with one account gets two keys of a pair.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import pyrage
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import SealedLinkAction
from vardkase.hub.sealed_links import mails, queries
from vardkase.hub.sealed_links.container import MOST_KEYS, fingerprint_of, grouped, parsed_recipient
from vardkase.hub.sealed_links.key_proofs import proof_of
from vardkase.hub.sealed_links.models import OfficerKey
from vardkase.hub.sealed_links.problems import SealedLinkProblem
from vardkase.hub.sealed_links.settings import KEY_DAYS
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.persons import addresses_of, are_one_person
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.acting import Acting

LONGEST = 200
PRIVATE = ("AGE-SECRET-KEY-", "AGE-PLUGIN-", "-----BEGIN")
"""How private keys begin, and what leads to one."""


def checked_recipient(text: str) -> str:
    """The public key in `text`. Raises Invalid under `recipient`, which never repeats what was given."""
    key = text.strip()
    if any(word in key.upper() for word in PRIVATE):
        raise _invalid(SealedLinkProblem.PRIVATE_KEY())
    if len(key) > LONGEST or not key.startswith("age1"):
        raise _invalid(SealedLinkProblem.NOT_A_KEY())
    try:
        parsed_recipient(key)
    except pyrage.RecipientError:
        is_of_plugin = key.count("1") > 1 and not key.startswith("age1tag1")
        raise _invalid(
            SealedLinkProblem.NEEDS_PLUGIN() if is_of_plugin else SealedLinkProblem.NOT_A_KEY()
        ) from None
    if OfficerKey.objects.filter(recipient=key).exists():
        raise _invalid(SealedLinkProblem.KEY_KNOWN())
    return key


def challenge(actor: Actor, recipient: str) -> str:
    """An age file (armored) that only the holder of the private key can read: the code that `propose_key` asks for.

    Raises Invalid under `recipient`, Forbidden.
    """
    _require_officer(actor)
    key = checked_recipient(recipient)
    file: bytes = pyrage.encrypt(_code(actor, key).encode() + b"\n", [parsed_recipient(key)], armored=True)
    return file.decode()


@transaction.atomic
def propose_key(actor: Actor, recipient: str, code: str, reason: str) -> ApprovalRequest:
    """Propose the actor's own key, in place of the one before. Raises Invalid by field, Forbidden, Conflict."""
    actor.require_writing()
    _require_officer(actor)
    key = checked_recipient(recipient)
    if not constant_time_compare(code.strip().upper().replace(" ", ""), _code(actor, key)):
        raise Invalid({"code": [SealedLinkProblem.WRONG_CODE()]})
    return propose(
        actor, ADD_KEY, str(actor.user_id), title=actor.name, parameters={"recipient": key}, reason=reason
    )


@transaction.atomic
def withdraw_own_key(actor: Actor, pk: int, reason: str) -> OfficerKey:
    """At once: a lost or disclosed key does not wait for anybody. Nothing is opened with it from then on.

    Raises NotFound, Forbidden, Conflict.
    """
    actor.require_writing()
    key = _locked(queries.find_key(actor, pk).pk)
    if key.owner_id is None or key.owner_id != actor.user_id:
        raise Forbidden(SealedLinkProblem.NOT_AN_OFFICER())
    _withdraw(actor, key, reason.strip()[:2000])
    return key


@transaction.atomic
def propose_withdrawal(actor: Actor, pk: int, reason: str) -> ApprovalRequest:
    """Propose that another's key opens nothing more. Raises NotFound, Forbidden, Conflict, Invalid under `reason`."""
    actor.require_writing()
    _require_officer(actor)
    key = queries.find_key(actor, pk)
    if key.withdrawn_at:
        raise Conflict(SealedLinkProblem.KEY_WITHDRAWN())
    return propose(actor, WITHDRAW_KEY, str(key.pk), title=key.owner_name, reason=reason)


def is_own_officer(actor: Acting) -> bool:
    """True for an officer in person, of the organisation that runs the hub."""
    return actor.user_id is not None and queries.key_holders().filter(pk=actor.user_id).exists()


def _require_officer(actor: Actor) -> None:
    if not is_own_officer(actor):
        raise Forbidden(SealedLinkProblem.NOT_AN_OFFICER())


def _code(actor: Actor, key: str) -> str:
    said = f"{actor.user_id} {key} {timezone.now():%Y-%m-%d}"
    return base64.b32encode(salted_hmac("officer key", said, algorithm="sha256").digest()[:10]).decode()


def _withdraw(actor: Actor, key: OfficerKey, reason: str) -> None:
    if key.withdrawn_at:
        raise Conflict(SealedLinkProblem.KEY_WITHDRAWN())
    key.withdrawn_at, key.withdrawn_by_name, key.withdrawal_reason = timezone.now(), actor.name, reason
    key.save(update_fields=["withdrawn_at", "withdrawn_by_name", "withdrawal_reason"])
    left = queries.status()
    change = {"key": key.shown, "reason": reason, "links_nobody_opens": left.unopenable}
    record(actor, SealedLinkAction.OFFICER_KEY_WITHDRAWN, _target(key), change)
    mails.notify_of_key(actor, "officer_key_withdrawn", key)


def _locked(pk: int) -> OfficerKey:
    return OfficerKey.objects.select_for_update(of=("self",)).get(pk=pk)


def _target(key: OfficerKey) -> Target:
    return Target("officer_key", key.pk, title=key.owner_name)


def _invalid(problem: Problem) -> Invalid:
    return Invalid({"recipient": [problem]})


# Adding one


def _keys_now(request: ApprovalRequest) -> Mapping[str, Any]:
    # One change of the set at a time: `_add` counts it. Others' keys are not what is approved.
    cursor().execute("SELECT pg_advisory_xact_lock(hashtext('officer keys'))")
    own = (key for key in queries.valid_keys() if key.owner_id == request.proposed_by)
    return {"keys": sorted(key.fingerprint for key in own)}


def _cannot_add(_actor: Acting, request: ApprovalRequest) -> Problem | None:
    owner = queries.key_holders().filter(pk=request.proposed_by or 0).first()
    if owner is None:
        return SealedLinkProblem.NOT_AN_OFFICER()
    others = [key for key in queries.valid_keys() if key.owner_id != owner.pk]
    if len(others) >= MOST_KEYS:
        return SealedLinkProblem.TOO_MANY_KEYS(most=MOST_KEYS)
    theirs = addresses_of(owner.pk, owner.email)
    if any(are_one_person(theirs, addresses_of(key.owner_id, key.owner_name)) for key in others):
        return SealedLinkProblem.SAME_PERSON()
    return None


def _describe_key(request: ApprovalRequest) -> ActionDescription:
    fingerprint = fingerprint_of(request.parameters["recipient"])
    return ActionDescription(
        gettext("With this key and another officer’s, this officer opens links that are sealed from now on."),
        (
            (gettext("Officer"), request.proposed_by_name),
            (gettext("Fingerprint"), grouped(fingerprint)),
            (gettext("Public key"), request.parameters["recipient"]),
        ),
        "/sealed-links/",
        (
            gettext(
                "Ask the officer in person, or by telephone, to read the fingerprint aloud. Whoever has taken over "
                "their account would otherwise have half of what opens every link."
            ),
        ),
    )


@transaction.atomic
def _add(approval: Approval) -> OfficerKey:
    request = approval.for_action(ADD_KEY).request
    owner = User.objects.get(pk=request.proposed_by or 0)
    recipient = request.parameters["recipient"]
    if OfficerKey.objects.filter(recipient=recipient).exists():
        raise Conflict(SealedLinkProblem.KEY_KNOWN())
    if problem := _cannot_add(approval.actor, request):
        raise Conflict(problem)
    now = timezone.now()
    OfficerKey.objects.filter(owner=owner, replaced_at=None, withdrawn_at=None).update(replaced_at=now)
    key = OfficerKey.objects.create(
        owner=owner,
        owner_name=owner.email,
        recipient=recipient,
        fingerprint=fingerprint_of(recipient),
        approved_by_name=approval.actor.name,
        added_at=now,
        expires_at=now + timedelta(days=KEY_DAYS.value),
        proof=proof_of(owner.pk, recipient),
    )
    actor = cast(Actor, approval.actor)
    record(actor, SealedLinkAction.OFFICER_KEY_ADDED, _target(key), {"key": key.shown})
    mails.notify_of_key(actor, "officer_key_added", key)
    return key


ADD_KEY = ApprovalAction(
    name="add_officer_key",
    title=_("Add an officer’s key for sealed links"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=_describe_key,
    fingerprint=_keys_now,
    conflict=_cannot_add,
    execute=_add,
)

# Withdrawing another's


def _key_now(request: ApprovalRequest) -> Mapping[str, Any]:
    key = OfficerKey.objects.select_for_update(of=("self",)).filter(pk=int(request.subject)).first()
    if key is None:
        raise NotFound(SealedLinkProblem.NO_SUCH_KEY())
    return {"key": key.fingerprint, "owner": key.owner_name, "withdrawn": key.withdrawn_at is not None}


def _cannot_decide(actor: Acting, _request: ApprovalRequest) -> Problem | None:
    return None if is_own_officer(actor) else SealedLinkProblem.NOT_AN_OFFICER()


def _describe_withdrawal(request: ApprovalRequest) -> ActionDescription:
    state = request.subject_state
    return ActionDescription(
        gettext("This key opens nothing more. That cannot be undone."),
        (
            (gettext("Officer"), state.get("owner", request.title)),
            (gettext("Fingerprint"), grouped(state.get("key", ""))),
        ),
        "/sealed-links/",
        (gettext("Links that are sealed to fewer than two other keys can then never be opened."),),
    )


def _carry_out_withdrawal(approval: Approval) -> OfficerKey:
    request = approval.for_action(WITHDRAW_KEY).request
    key = _locked(int(request.subject))
    _withdraw(cast(Actor, approval.actor), key, request.reason[:2000])
    return key


WITHDRAW_KEY = ApprovalAction(
    name="withdraw_officer_key",
    title=_("Withdraw an officer’s key for sealed links"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=_describe_withdrawal,
    fingerprint=_key_now,
    conflict=_cannot_decide,
    execute=_carry_out_withdrawal,
)
