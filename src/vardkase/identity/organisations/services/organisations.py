"""Services for organisations: add, edit, delete; site administrators only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import PROTECT, ProtectedError

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.fields import apply
from vardkase.core.problems import CommonProblem, Problem
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.attribution import is_reserved
from vardkase.identity.organisations.fields import short_text, text
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.names import composed, organisation_skeleton, take_turns
from vardkase.identity.organisations.problems import OrganisationProblem
from vardkase.identity.organisations.settings import has_open_membership, host_organisation_id
from vardkase.misp.flags import as_bool

TEXTS = ("name", "description", "nationality", "sector", "type", "contacts", "landingpage")
AS_WHOM = frozenset({"uuid", "local"})
"""What others know an organisation by, and whether it is one of this hub: these decide what is shared with it."""
LONG = ("description", "contacts", "landingpage")


@transaction.atomic
def create_organisation(actor: Acting, data: Mapping[str, Any]) -> Organisation:
    """Add an organisation from its wire fields (name, uuid, local, nationality, …).

    Raises Invalid by field (name missing or taken, uuid malformed or taken), Forbidden unless the actor is a
    site administrator.
    """
    _require_site_admin(actor)
    organisation = Organisation(local=True, created_by=actor.user_id or 0)
    _apply(organisation, data)
    organisation.save()
    record(actor, IdentityAction.ORGANISATION_CREATED, Target.of(organisation), {"local": organisation.local})
    return organisation


@transaction.atomic
def edit_organisation(
    actor: Acting, organisation: Organisation, data: Mapping[str, Any], *, decided: bool = False
) -> Organisation:
    """Change the wire fields in `data`. Raises as `create_organisation`.

    `decided`: carries out a decision by two officers, which may change a member's identifying fields.
    """
    _require_site_admin(actor)
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    # Null until the first edit, which is what MISP's clients see.
    organisation.restricted_to_domain = organisation.restricted_to_domain or []
    changed = _apply(organisation, data)
    if is_reserved(organisation.uuid) and not AS_WHOM.union({"name"}).isdisjoint(changed):
        raise Invalid({"name": [OrganisationProblem.OF_ANONYMOUS()]})
    if not decided:
        _refuse_identity_of_member(organisation, changed)
    guarded = AS_WHOM | {"name"} if has_open_membership(organisation) else AS_WHOM
    if actor.may_not_read_content and not guarded.isdisjoint(changed):
        raise Forbidden(OrganisationProblem.IDENTITY_NOT_YOURS())
    organisation.save()
    record(actor, IdentityAction.ORGANISATION_EDITED, Target.of(organisation), {"fields": changed})
    return organisation


def give_name(organisation: Organisation, name: str) -> None:
    """Name an organisation that the caller has locked. Raises Invalid where another has this name or one like it."""
    _apply(organisation, {"name": name})
    organisation.save()


def _refuse_identity_of_member(organisation: Organisation, changed: Collection[str]) -> None:
    """Raise Invalid when what `changed` is by what others know a member, or the organisation that runs the hub; that
    one is given another name by site administrators, who are its own people."""
    is_host = organisation.pk == host_organisation_id()
    guarded = AS_WHOM if is_host else AS_WHOM | {"name"}
    fields = guarded.intersection(changed)
    if not fields or not has_open_membership(organisation):
        return
    if fields == {"name"}:
        problem = OrganisationProblem.NAME_NEEDS_OFFICERS()
    elif is_host:
        problem = OrganisationProblem.HOST_STAYS()
    else:
        problem = OrganisationProblem.MEMBER_STAYS()
    raise Invalid({field: [problem] for field in sorted(fields)})


class OrganisationInUse(Conflict):
    """It cannot be deleted; `owned` counts what it still owns (by plural model names)."""

    def __init__(self, owned: Mapping[str, int]) -> None:
        super().__init__(OrganisationProblem.IN_USE())
        self.owned = owned


def _owned_by(organisation: Organisation) -> dict[str, int]:
    counts: dict[str, int] = {}
    for relation in Organisation._meta.related_objects:  # noqa: SLF001 - Django documents it
        if getattr(relation, "on_delete", None) is PROTECT:
            rows = relation.related_model._base_manager  # noqa: SLF001 - the same
            if count := rows.filter(**{relation.field.name: organisation}).count():
                name = str(relation.related_model._meta.verbose_name_plural)  # noqa: SLF001 - the same
                counts[name] = counts.get(name, 0) + count
    return counts


@transaction.atomic
def delete_organisation(actor: Acting, organisation: Organisation) -> None:
    """Remove an organisation that owns nothing. Raises OrganisationInUse while it has users, events or
    groups."""
    _require_site_admin(actor)
    target = Target.of(organisation)
    try:
        with transaction.atomic():  # A savepoint: what it still owns is counted in the same transaction.
            organisation.delete()
    except ProtectedError as error:
        raise OrganisationInUse(_owned_by(organisation)) from error
    record(actor, IdentityAction.ORGANISATION_DELETED, target)


def _require_site_admin(actor: Acting) -> None:
    actor.require_writing()
    if not actor.is_site_admin:
        raise Forbidden


def _apply(organisation: Organisation, data: Mapping[str, Any]) -> list[str]:
    before = {name: getattr(organisation, name) for name in READERS}
    apply(organisation, data, READERS)
    if clashes := _clashes(organisation):
        raise Invalid(clashes)
    return [name for name in READERS if getattr(organisation, name) != before[name]]


def _clashes(organisation: Organisation) -> dict[str, list[Problem]]:
    others = Organisation.objects.exclude(pk=organisation.pk)
    if not organisation.name:
        return {"name": [CommonProblem.NAME_EMPTY()]}
    if others.filter(name__iexact=organisation.name).exists():
        return {"name": [OrganisationProblem.NAME_TAKEN()]}
    if (alike := organisation_skeleton(organisation.name)) != organisation.name_skeleton:
        # Before looking: two names that look alike may be given in two transactions at once.
        take_turns([alike])
        if other := others.filter(name_skeleton=alike).first():
            return {"name": [OrganisationProblem.NAME_RESEMBLES(name=other.name)]}
        organisation.name_resembles_another = False
    if others.filter(uuid=organisation.uuid).exists():
        return {"uuid": [OrganisationProblem.UUID_TAKEN()]}
    return {}


def read_uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Invalid(CommonProblem.NOT_AN_RFC_4122_UUID()) from None


def read_domains(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else str(value or "").replace(",", "\n").splitlines()
    return [composed(str(part)).lower() for part in parts if str(part).strip()]


READERS: dict[str, Callable[[Any], Any]] = {
    **{name: text if name in LONG else short_text for name in TEXTS},
    "name": lambda value: short_text(composed(text(value))),
    "uuid": read_uuid,
    "local": as_bool,
    "restricted_to_domain": read_domains,
}
