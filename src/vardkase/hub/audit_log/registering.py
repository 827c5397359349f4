"""Registering the key that signs another hub's checkpoints: two officers decide, or a site administrator alone on a hub
that has had no two officers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import LogAction
from vardkase.audit.chain.keys import fingerprint_of, is_public_key
from vardkase.audit.chain.models import HeldKey
from vardkase.audit.chain.problems import ChainProblem
from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.instance import instance_uuid
from vardkase.core.problems import Problem
from vardkase.core.sql import cursor
from vardkase.hub.audit_log.problems import HeldProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.deciders import DECIDERS, may_decide
from vardkase.identity.accounts.four_eyes.hub_in_use import in_use
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import Party
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.models import Organisation

PAGE = "/administration/audit/held/"


@transaction.atomic
def propose_key(
    actor: Actor, hub: UUID, public_key: str, organisation: Organisation, reason: str
) -> ApprovalRequest:
    """Propose which key signs the checkpoints of a hub, and whose accounts deliver them.

    Raises Forbidden, StepUpRequired, Conflict while it is proposed already, Invalid under the fields' names.
    """
    actor.require_writing()
    if not may_decide(actor):
        raise Forbidden(HeldProblem.ONLY_OFFICERS())
    if not in_use():  # Whoever decides alone.
        actor.require_step_up()
    public_key = public_key.strip()
    if not is_public_key(public_key):
        raise Invalid({"public_key": [ChainProblem.NOT_A_KEY(key=public_key[:100])]})
    if str(hub) == instance_uuid():
        raise Invalid({"hub": [HeldProblem.THIS_HUB()]})
    newest = HeldKey.objects.filter(hub=hub).order_by("-pk").first()
    if newest and (newest.public_key, newest.organisation_id) == (public_key, organisation.pk):
        raise Invalid({"public_key": [HeldProblem.REGISTERED_ALREADY()]})
    parameters = {"public_key": public_key, "organisation": organisation.pk, "name": organisation.name}
    return propose(
        actor, REGISTER, str(hub), title=f"{organisation.name} ({hub})", parameters=parameters, reason=reason
    )


def _state(request: ApprovalRequest) -> Mapping[str, Any]:
    cursor().execute("SELECT pg_advisory_xact_lock(hashtext('held keys'))")
    keys = HeldKey.objects.filter(hub=request.subject).order_by("pk")
    return {"keys": list(keys.values_list("public_key", flat=True))}


def _conflict(actor: Acting, request: ApprovalRequest) -> Problem | None:
    if not may_decide(actor):
        return HeldProblem.ONLY_OFFICERS()
    # Nobody vouches for a key of their own organisation's.
    if actor.organisation_id == request.parameters["organisation"]:
        return HeldProblem.OWN_ORGANISATION()
    return None


def _describe(request: ApprovalRequest) -> ActionDescription:
    given = request.parameters
    details = (
        (gettext("Organisation"), given["name"]),
        (gettext("UUID of the hub"), request.subject),
        (gettext("Public key"), given["public_key"]),
        (gettext("Fingerprint"), fingerprint_of(given["public_key"])),
    )
    warnings = [gettext("Compare the public key with what the other hub’s operator told you in another way.")]
    if HeldKey.objects.filter(hub=request.subject).exists():
        warnings.append(
            gettext("The hub has a key here already. What that one signs from now on is no longer accepted.")
        )
    effect = gettext(
        "Checkpoints of that hub’s audit log are kept here if this key has signed them and an account of the "
        "organisation delivers them."
    )
    return ActionDescription(effect, details, PAGE, tuple(warnings))


def _register(approval: Approval) -> None:
    request, given = approval.for_action(REGISTER).request, approval.parameters
    row = HeldKey.objects.create(
        hub=UUID(request.subject),
        name=given["name"],
        organisation_id=given["organisation"],
        public_key=given["public_key"],
        fingerprint=fingerprint_of(given["public_key"]),
        registered_by=", ".join(dict.fromkeys([request.proposed_by_name, approval.actor.name]))[:255],
    )
    change = {"hub": str(row.hub), "fingerprint": row.fingerprint, "organisation": row.organisation_id}
    record(cast(Actor, approval.actor), LogAction.KEY_REGISTERED, Target("audit_log", title=row.name), change)


REGISTER = ApprovalAction(
    name="register_audit_key",
    title=_("Register the key that signs another hub’s checkpoints"),
    propose=DECIDERS,
    approve=DECIDERS,
    describe=_describe,
    fingerprint=_state,
    conflict=_conflict,
    execute=_register,
    alone_until_in_use=frozenset({Party.SITE_ADMIN}),
)
