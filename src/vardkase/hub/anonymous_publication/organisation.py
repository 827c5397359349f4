"""The pseudonymous organisation of the hub, as which anonymous events are published. It has no accounts."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.core.instance import instance_uuid
from vardkase.hub.anonymous_publication.models import PseudonymousOrganisation
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.services import create_organisation

NAME = "Anonymous member"
JOB = "anonymous publication"
"""The actor's name in the audit log."""
PERMISSIONS = frozenset(
    {
        Permission.ADD,
        Permission.MODIFY,
        Permission.MODIFY_ORG,
        Permission.PUBLISH,
        Permission.TAGGER,
        Permission.TAG_EDITOR,
        Permission.ANALYST_DATA,
    }
)


def organisation_uuid() -> UUID:
    """As stored by the first round. Asked for each event that arrives, so it is read once a minute."""
    return _stored(now_seconds() // 60) or _first_uuid()


@lru_cache(1)
def _stored(_minute: int) -> UUID | None:
    return PseudonymousOrganisation.objects.values_list("uuid", flat=True).first()


def _first_uuid() -> UUID:
    """From the installation's secret seed: nobody can name the organisation before the hub has created it."""
    return uuid5(UUID(instance_uuid()), f"{settings.INSTANCE_UUID_SEED} {JOB}")


@transaction.atomic
def pseudonymous_organisation() -> Organisation:
    """The organisation, which the hub creates in its first round."""
    # The seed may change later, as where the hub is restored without it: the organisation stays.
    stored, _is_new = PseudonymousOrganisation.objects.get_or_create(pk=1, defaults={"uuid": _first_uuid()})
    found = Organisation.objects.filter(uuid=stored.uuid).first()
    if found is not None:
        return found
    data = {"uuid": str(stored.uuid), "local": True}
    try:
        with transaction.atomic():
            return create_organisation(hub_actor(), data | {"name": NAME})
    except Invalid:  # Another has this name, or one like it.
        return create_organisation(hub_actor(), data | {"name": f"{NAME} {instance_uuid()[:8]}"})


def publisher() -> Actor:
    organisation = pseudonymous_organisation()
    return Actor(
        user_id=None,
        name=JOB,
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        permissions=PERMISSIONS,
        credential=Credential.JOB,
    )
