"""Services for policies: write, put in force, end."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.settings import Setting
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.policy.models import PolicyState, PolicyVersion
from vardkase.hub.policy.problems import PolicyProblem
from vardkase.hub.policy.queries import draft_of, policy_in_force
from vardkase.hub.policy.rules import read_rules, written
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation

LONGEST_NOTE = 2000
TWO_PEOPLE = Setting(
    "Vardkase.policy_needs_two",
    False,
    _(
        "Require that another administrator than the one who wrote a MISP policy puts it in "
        "force. Nobody can then end it alone either."
    ),
    level=2,
    changed_by=ChangedBy.OFFICERS,
)


@transaction.atomic
def save_draft(actor: Actor, rules: Any, note: str = "") -> PolicyVersion:
    """Save the draft of the own organisation's next policy; `rules` is parsed JSON.

    Raises Forbidden unless the actor administers the organisation, Invalid by rule and field.
    """
    _require_administrator(actor)
    parsed = read_rules(rules)
    if len(note) > LONGEST_NOTE:
        raise Invalid({"note": [PolicyProblem.NOTE_TOO_LONG(count=LONGEST_NOTE)]})
    # Locked, so that two people who begin at once do not both take the next number.
    Organisation.objects.select_for_update().get(pk=actor.organisation_id)
    latest = PolicyVersion.objects.filter(organisation_id=actor.organisation_id).order_by("-number").first()
    draft = draft_of(actor.organisation_id) or PolicyVersion(
        organisation_id=actor.organisation_id, number=(latest.number if latest else 0) + 1
    )
    draft.rules, draft.note = written(parsed), note.strip()
    draft.written_by, draft.written_at = actor.name, timezone.now()
    draft.save()
    record(actor, HubAction.POLICY_DRAFTED, target(draft), {"rules": len(parsed)})
    return draft


@transaction.atomic
def put_in_force(actor: Actor) -> PolicyVersion:
    """Put the draft in force, replacing the current version.

    From then on peers read the organisation's events only once they are published. What has already been
    shared stays shared. Raises Forbidden, Conflict if there is no draft, Invalid if it is empty.
    """
    _require_administrator(actor)
    Organisation.objects.select_for_update().get(pk=actor.organisation_id)
    draft = draft_of(actor.organisation_id)
    if draft is None:
        raise Conflict(PolicyProblem.NO_DRAFT())
    if not draft.rules:
        raise Invalid({"rules": [PolicyProblem.NO_RULES()]})
    if TWO_PEOPLE.value and not _is_somebody_elses(draft, actor):
        raise Forbidden(PolicyProblem.WRITTEN_BY_THE_SAME())
    # Before the draft is saved: the database allows one version in force for each organisation.
    _replace(policy_in_force(actor.organisation_id))
    draft.state, draft.decided_by, draft.in_force_from = PolicyState.IN_FORCE, actor.name, timezone.now()
    draft.save()
    # No rule has looked at an event before it is published.
    Organisation.objects.filter(pk=actor.organisation_id).update(hides_unpublished=True)
    record(
        actor,
        HubAction.POLICY_IN_FORCE,
        target(draft),
        {"version": draft.number, "written_by": draft.written_by},
    )
    return draft


@transaction.atomic
def discard_draft(actor: Actor) -> None:
    _require_administrator(actor)
    draft = draft_of(actor.organisation_id)
    if draft is None:
        raise Conflict(PolicyProblem.NO_DRAFT())
    record(actor, HubAction.POLICY_DISCARDED, target(draft))
    draft.delete()


@transaction.atomic
def end_policy(actor: Actor) -> PolicyVersion:
    """End the policy without a successor; its versions are kept. Raises Forbidden, Conflict if none is in force.

    Where two people decide on policies, one cannot end it: put another version in force instead.
    """
    _require_administrator(actor)
    if TWO_PEOPLE.value:  # Otherwise one person could end the policy, and begin anew without rules.
        raise Forbidden(PolicyProblem.ENDED_BY_ONE())
    policy = policy_in_force(actor.organisation_id)
    if policy is None:
        raise Conflict(PolicyProblem.NOT_IN_FORCE())
    _replace(policy)
    Organisation.objects.filter(pk=actor.organisation_id).update(hides_unpublished=False)
    record(actor, HubAction.POLICY_ENDED, target(policy), {"version": policy.number})
    return policy


def _require_administrator(actor: Actor) -> None:
    actor.require_own_affairs()
    actor.require(Permission.ADMIN)


def _is_somebody_elses(draft: PolicyVersion, actor: Actor) -> bool:
    """True if another account than the actor's wrote the draft.

    The author is still the same after a change of address, so an address without an account does not count as
    somebody else.
    """
    if draft.written_by.startswith("console:"):
        return draft.written_by != actor.name
    writer = User.objects.filter(email=draft.written_by, org_id=draft.organisation_id).first()
    return writer is not None and writer.pk != actor.user_id


def _replace(policy: PolicyVersion | None) -> None:
    if policy is not None:
        policy.state, policy.replaced_at = PolicyState.REPLACED, timezone.now()
        policy.save(update_fields=["state", "replaced_at"])


def target(policy: PolicyVersion) -> Target:
    return Target("policy", policy.pk, policy.uuid, str(policy.number))
