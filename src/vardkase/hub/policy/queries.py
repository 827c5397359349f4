"""Policies as they stand: the one in force, the draft, and those before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor, from_jsonb
from vardkase.hub.policy.models import PolicyVersion, State
from vardkase.hub.policy.rules import AtMost, Defaults, Rule, read_rules
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import Role
from vardkase.identity.organisations.models import SharingGroup


@dataclass(frozen=True)
class Policy:
    """The rules of one version, and whose they are."""

    version_id: int
    organisation_id: int
    organisation_name: str
    rules: tuple[Rule, ...]

    @cached_property
    def groups(self) -> dict[str, int]:
        """The ids of the sharing groups that the rules name, by uuid; those that are no more are left out."""
        return group_ids(self.rules)


def policies_in_force(organisation_ids: Collection[int]) -> list[Policy]:
    """Those of the organisations that have one: one statement."""
    rows = cursor().execute(IN_FORCE, {"organisations": list(organisation_ids)}).fetchall()
    return [Policy(pk, owner, name, read_rules(from_jsonb(rules))) for pk, owner, name, rules in rows]


def policy_in_force(organisation_id: int) -> PolicyVersion | None:
    """The version that holds in an organisation today."""
    return PolicyVersion.objects.filter(organisation_id=organisation_id, state=State.IN_FORCE).first()


def draft_of(organisation_id: int) -> PolicyVersion | None:
    """The version that is being written."""
    return PolicyVersion.objects.filter(organisation_id=organisation_id, state=State.DRAFT).first()


def versions(actor: Actor) -> QuerySet[PolicyVersion]:
    """What the actor may see: all versions of the own organisation, or of every one for site administrators."""
    found = PolicyVersion.objects.select_related("organisation").order_by("-number")
    return found if actor.is_site_admin else found.filter(organisation_id=actor.organisation_id)


def find_version(actor: Actor, reference: int | str | UUID) -> PolicyVersion:
    """A version by its id or uuid. Raises NotFound."""
    text = str(reference)
    named = {"pk": int(text)} if text.isdecimal() and len(text) < 19 else {"uuid": _uuid(text)}
    found = versions(actor).filter(**named).first()
    if found is None:
        raise NotFound("Invalid policy.")
    return found


def policy_of(version: PolicyVersion) -> Policy:
    """The rules of a version."""
    return Policy(version.pk, version.organisation_id, version.organisation.name, read_rules(version.rules))


def role_name(actor: Actor) -> str:
    """The name of the actor's role; nothing for who has none."""
    return Role.objects.filter(pk=actor.role_id or 0).values_list("name", flat=True).first() or ""


def group_ids(rules: Collection[Rule]) -> dict[str, int]:
    """The ids of the sharing groups that rules name, by uuid."""
    uuids = [uuid for rule in rules if isinstance(rule, AtMost) for uuid in rule.groups]
    uuids += [rule.group for rule in rules if isinstance(rule, Defaults) and rule.group]
    if not uuids:
        return {}
    found = SharingGroup.objects.filter(uuid__in=uuids).values_list("uuid", "pk")
    return {str(uuid): pk for uuid, pk in found}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("Invalid policy.") from None


IN_FORCE = """
SELECT v.id, v.organisation_id, o.name, v.rules
FROM policy_version v JOIN organisation o ON o.id = v.organisation_id
WHERE v.state = 'in_force' AND v.organisation_id = ANY(%(organisations)s)
ORDER BY v.organisation_id
"""
