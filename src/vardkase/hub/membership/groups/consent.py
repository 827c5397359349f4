"""An organisation's consent to external administration of its accounts, given by its own administrator."""

from __future__ import annotations

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, NotFound
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.groups import mails
from vardkase.hub.membership.groups.models import GroupConsent
from vardkase.hub.membership.groups.problems import OrganisationGroupProblem
from vardkase.hub.membership.groups.queries import GroupRequest, asked_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.persons import has_own_credentials, is_same_person
from vardkase.identity.accounts.models import User


@transaction.atomic
def accept(actor: Actor, group_id: int, administrator_id: int) -> GroupConsent:
    """Let an administrator of a group manage the accounts and contacts of the actor's organisation.

    Requires step-up authentication and the actor's own credentials, so that nobody can grant themselves this
    power through an account of the organisation. Raises Forbidden, StepUpRequired, NotFound.
    """
    account = _own_administrator(actor)
    actor.require_step_up()
    asked = _asked(actor, group_id, administrator_id)
    if not has_own_credentials(actor, account):
        raise Forbidden(OrganisationGroupProblem.SIGN_IN_SET_BY_ANOTHER())
    if is_same_person(actor, asked.administrator.pk, asked.administrator.email):
        raise Forbidden(OrganisationGroupProblem.ACCEPTS_ONESELF())
    if asked.consent is not None:
        return asked.consent
    row = GroupConsent.objects.create(
        group=asked.group,
        organisation_id=actor.organisation_id,
        administrator=asked.administrator,
        accepted_by_id=actor.user_id,
        accepted_by_name=actor.name[:255],
    )
    record(actor, MembershipAction.ORGANISATION_GROUP_ACCEPTED, *_facts(actor, asked))
    mails.announce(actor, asked.group, asked.administrator, "organisation_group_accepted")
    return row


@transaction.atomic
def withdraw(actor: Actor, group_id: int, administrator_id: int) -> None:
    """Withdraw the consent with immediate effect; does nothing if there is none. Raises Forbidden, NotFound."""
    _own_administrator(actor)
    asked = _asked(actor, group_id, administrator_id)
    if asked.consent is not None:
        asked.consent.delete()
        record(actor, MembershipAction.ORGANISATION_GROUP_WITHDRAWN, *_facts(actor, asked))
        mails.announce(actor, asked.group, asked.administrator, "organisation_group_withdrawn")


def _own_administrator(actor: Actor) -> User:
    actor.require_own_affairs()
    account = User.objects.filter(pk=actor.user_id or 0, org=actor.organisation_id).first()
    if account is None or not actor.may(Permission.ADMIN) or actor.may_not_read_content:
        raise Forbidden
    return account


def _asked(actor: Actor, group_id: int, administrator_id: int) -> GroupRequest:
    for each in asked_of(actor.organisation_id):
        if (each.group.pk, each.administrator.pk) == (group_id, administrator_id):
            return each
    raise NotFound(OrganisationGroupProblem.NO_SUCH_GROUP())


def _facts(actor: Actor, asked: GroupRequest) -> tuple[Target, dict[str, str]]:
    target = Target("organisation_group", asked.group.pk, title=asked.group.name)
    return target, {"administrator": asked.administrator.email, "organisation": actor.organisation_name}
