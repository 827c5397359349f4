"""Services for groups; a group administrator has the rights of an organisation's own administrator, no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.groups import mails
from vardkase.hub.membership.groups.models import OrganisationGroup
from vardkase.hub.membership.groups.problems import OrganisationGroupProblem
from vardkase.hub.membership.groups.queries import KEEPERS, administers, find_group
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import find_user
from vardkase.identity.accounts.services import create_user, edit_user
from vardkase.identity.accounts.staff import NO_CONTENT_ROLES
from vardkase.identity.organisations.models import Organisation

LONGEST_NAME = 200
LONGEST = 5_000


@transaction.atomic
def save_group(actor: Actor, data: Mapping[str, Any], pk: int | None = None) -> OrganisationGroup:
    """Create or change a group; `data`: name, description, organisations (ids), administrators (e-mail
    addresses).

    Administrators must administer accounts in their own organisation. They manage an organisation once it has
    accepted them (`consent`); organisations with new administrators are asked by mail. Raises Invalid by
    field, NotFound, Forbidden.
    """
    _require_keeper(actor)
    group = find_group(actor, pk) if pk else OrganisationGroup()
    group.name = " ".join(str(data.get("name") or "").split())
    group.description = str(data.get("description") or "").strip()
    administrators, errors = _administrators(data.get("administrators") or ())
    if not group.name or len(group.name) > LONGEST_NAME or "\0" in group.name:
        errors["name"] = [HubProblem.TEXT_LENGTH(count=LONGEST_NAME)]
    elif OrganisationGroup.objects.filter(name__iexact=group.name).exclude(pk=group.pk).exists():
        errors["name"] = [OrganisationGroupProblem.NAME_TAKEN()]
    if len(group.description) > LONGEST or "\0" in group.description:
        errors["description"] = [HubProblem.TEXT_LENGTH(count=LONGEST)]
    if errors:
        raise Invalid(errors)
    group.save()
    members = Organisation.objects.filter(local=True, pk__in=list(data.get("organisations") or ()))
    before = set(group.organisations.values_list("pk", flat=True))
    known = set(group.administrators.values_list("pk", flat=True))
    group.organisations.set(members)
    group.administrators.set(administrators)
    # A consent ends with either side's place in the group: who comes back is asked again.
    kept = group.consents.filter(organisation__in=before, administrator__in=known)
    kept = kept.filter(organisation__in=members, administrator__in=administrators)
    group.consents.exclude(pk__in=kept.values("pk")).delete()
    for organisation in members:
        # An organisation is asked about each administrator once, and never about its own.
        new = [
            administrator
            for administrator in administrators
            if administrator.org_id != organisation.pk
            and (organisation.pk not in before or administrator.pk not in known)
        ]
        if new:
            mails.ask(actor, group, organisation, [administrator.email for administrator in new])
    change = {"count": len(members), "administrators": [each.email for each in administrators]}
    record(
        actor,
        MembershipAction.ORGANISATION_GROUP_CHANGED if pk else MembershipAction.ORGANISATION_GROUP_MADE,
        Target.of(group),
        change,
    )
    return group


@transaction.atomic
def delete_group(actor: Actor, pk: int) -> None:
    _require_keeper(actor)
    group = find_group(actor, pk)
    target = Target.of(group)
    group.delete()
    record(actor, MembershipAction.ORGANISATION_GROUP_DELETED, target)


def for_organisation(actor: Actor, organisation_id: int) -> Actor:
    """The group administrator, acting as an administrator of one of the group's organisations.

    Keeps its own permissions, so that it cannot assign a role above its own, and is bound by the standing of
    both organisations. Raises NotFound if it does not manage the organisation.
    """
    organisation = Organisation.objects.filter(pk=organisation_id, local=True).first()
    if organisation is None or not administers(actor, organisation_id):
        raise NotFound(MembershipProblem.NO_SUCH_ORGANISATION())
    return replace(
        actor,
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        may_write=actor.may_write and organisation.may_write,
        # Accounts and contacts only: none of the organisation's content.
        may_read=False,
        may_sync=False,
        sharing_group_ids=(),
        staff=actor.staff & NO_CONTENT_ROLES,
    )


def add_account(actor: Actor, organisation_id: int, email: str, role_id: int) -> User:
    acting = for_organisation(actor, organisation_id)
    return create_user(acting, {"email": email, "role_id": role_id, "org_id": organisation_id})


def switch_account(actor: Actor, organisation_id: int, user_id: int, *, disabled: bool) -> User:
    acting = for_organisation(actor, organisation_id)
    return edit_user(acting, find_user(acting, user_id), {"disabled": disabled})


def _administrators(emails: Iterable[str]) -> tuple[list[User], dict[str, list[Problem]]]:
    found, unknown = [], []
    for email in emails:
        user = User.objects.filter(email__iexact=email, disabled=False, role__perm_admin=True).first()
        if user is None:
            unknown.append(email)
        else:
            found.append(user)
    if not unknown:
        return found, {}
    strangers = OrganisationGroupProblem.NOT_ADMINISTRATORS(emails=unknown)
    return found, {"administrators": [strangers]}


def _require_keeper(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(*KEEPERS)
