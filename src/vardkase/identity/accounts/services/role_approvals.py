"""Changes to roles held by officers, which another officer approves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.models import Role
from vardkase.identity.accounts.problems import RoleProblem
from vardkase.identity.accounts.services.roles import changed_fields, edit_role, fields_of, is_of_officers
from vardkase.identity.organisations.acting import Acting


@transaction.atomic
def change_role(
    actor: Acting, role: Role, data: Mapping[str, Any], reason: str = ""
) -> Role | ApprovalRequest:
    """Change a role, or propose the change if officers have the role, which needs a `reason`.

    Raises Invalid by field, Forbidden, Conflict while such a change waits.
    """
    change = changed_fields(actor, role, data)
    if not change or not is_of_officers(role):
        return edit_role(actor, role, data)
    return propose(actor, CHANGE_ROLE, str(role.pk), title=role.name, parameters=change, reason=reason)


def describe_role_change(request: ApprovalRequest) -> ActionDescription:
    now = request.subject_state
    details = tuple(
        (name, f"{now.get(name, '')} → {value}") for name, value in sorted(request.parameters.items())
    )
    effect = gettext("The role changes at once for everyone who has it, including officers.")
    return ActionDescription(effect, details, f"/administration/roles/{request.subject}/")


def _role(request: ApprovalRequest) -> Role:
    return first_or_not_found(
        Role.objects.select_for_update().filter(pk=int(request.subject)), RoleProblem.NOT_FOUND()
    )


def _execute_role_change(approval: Approval) -> Role:
    request = approval.for_action(CHANGE_ROLE).request
    return edit_role(approval.actor, _role(request), approval.parameters, approval=approval)


CHANGE_ROLE = ApprovalAction(
    name="change_role_of_officers",
    title=_("Change a role that officers have"),
    propose=frozenset({Party.SITE_ADMIN}),
    approve=OFFICERS,
    describe=describe_role_change,
    fingerprint=lambda request: fields_of(_role(request)),
    execute=_execute_role_change,
)
