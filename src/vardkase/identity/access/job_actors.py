"""Actors of background jobs."""

from __future__ import annotations

from dataclasses import replace

from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import Actor, actor_for, console_actor, sharing_group_ids
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.access.problems import AccessProblem
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.identity.organisations.standing import is_shut_out, refusal


def job_actor(user_id: int) -> Actor:
    """The user who started a job, with their current access.

    Raises Forbidden if the account is deleted or disabled, or its organisation is blocked.
    """
    user = User.objects.select_related("org", "role").filter(pk=user_id).first()
    if user is None or not user.is_active:
        raise Forbidden(AccessProblem.REQUESTER_GONE())
    actor = actor_for(user, Credential.JOB)
    if is_shut_out(actor.standing):
        raise refusal(actor.standing)
    return actor


def hub_actor() -> Actor:
    """The hub acting on its own behalf: as the organisation that runs it, with every permission.

    Raises Forbidden while no organisation runs it.
    """
    organisation = Organisation.objects.filter(pk=host_organisation_id() or 0).first()
    if organisation is None:
        raise Forbidden(AccessProblem.NO_HOST())
    # Without a login: rules for the person at the console are not for the hub itself.
    return replace(console_actor(organisation.pk, organisation.name, "hub"), login="")


SYNCHRONISING = frozenset(
    {
        Permission.ADD,
        Permission.MODIFY,
        Permission.PUBLISH,
        Permission.SYNC,
        Permission.SHARING_GROUP,
        Permission.TAGGER,
        Permission.TAG_EDITOR,
        Permission.SIGHTING,
        Permission.GALAXY_EDITOR,
        Permission.ANALYST_DATA,
    }
)
"""The permissions of a connection for what it delivers: those of MISP's role "Sync user"."""


def connection_actor(
    organisation_id: int,
    name: str,
    *,
    internal: bool = False,
    quiet: bool = False,
    connection_id: int = 0,
    delivered_by: int = 0,
    is_vouched_for: bool = True,
) -> Actor:
    """A connection that imports for the organisation that runs it; `quiet`: sends no mail to people."""
    organisation = Organisation.objects.get(pk=organisation_id)
    return Actor(
        user_id=None,
        name=name,
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        permissions=SYNCHRONISING | ({Permission.SYNC_INTERNAL} if internal else frozenset()),
        credential=Credential.JOB,
        sharing_group_ids=sharing_group_ids(organisation.pk),
        is_quiet=quiet,
        connection_id=connection_id,
        delivered_by=delivered_by,
        is_vouched_for=is_vouched_for,
        reads_offences=organisation.reads_offences,
    )


def reading_actor(organisation_id: int | None, name: str) -> Actor:
    """An actor that reads for an organisation, as a user without permissions; without one it reads
    everything."""
    if organisation_id is None:
        everything = frozenset({Permission.SITE_ADMIN})
        return Actor(None, name, 0, "", everything, Credential.JOB, may_write=False, may_sync=False)
    organisation = Organisation.objects.get(pk=organisation_id)
    return Actor(
        user_id=None,
        name=name,
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        permissions=frozenset(),
        credential=Credential.JOB,
        sharing_group_ids=sharing_group_ids(organisation.pk),
        may_read=organisation.may_read,
        may_write=False,
        may_sync=False,
        reads_offences=organisation.reads_offences,
    )
