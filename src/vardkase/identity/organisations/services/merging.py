"""Merging two organisations: everything owned by one is transferred to the other."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import transaction
from django.db.models import BigIntegerField, UniqueConstraint

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.attribution import is_reserved
from vardkase.identity.organisations.hooks import (
    BeforeMerge,
    OrganisationsMerged,
    merge_sought,
    organisations_merged,
)
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.problems import OrganisationProblem
from vardkase.identity.organisations.settings import host_organisation_id

BY_NUMBER = frozenset({"org_id", "orgc_id"})
"""Columns that hold an organisation's id without a foreign key, because their packages know none."""

type Column = tuple[str, str]
"""A table and the column of it that names an organisation."""


@transaction.atomic
def merge_organisations(actor: Acting, source_id: int, target_id: int) -> dict[str, int]:
    """Transfer all data of one organisation to another and remove it; returns the moved rows by table.

    One statement per column, in any app. The audit log keeps the names at the time of each act. Raises
    NotFound, Invalid (the same organisation, the hub's own, people without a local target organisation, data
    that both have and can exist only once, or a listener's refusal), Forbidden unless the actor is a site
    administrator who reads shared content.
    """
    actor.require_writing()
    if not actor.is_site_admin or actor.may_not_read_content:
        raise Forbidden
    source, target = _locked(source_id, target_id)
    _refuse(source, target)
    if is_reserved(source.uuid) or is_reserved(target.uuid):
        raise Invalid({"id": [OrganisationProblem.OF_ANONYMOUS()]})
    merge_sought.emit(BeforeMerge(source.pk, target.pk))
    _refuse_clashes(source, target)
    parameters = {"source": source.pk, "target": target.pk}
    # Where both are in a group, the source's row has to go before the update below would double the target's.
    cursor().execute(KEEP_EXTEND, parameters)
    cursor().execute(FORGET_DOUBLES, parameters)
    cursor().execute(RENAME_CREATOR, {"source": source.uuid, "target": target.uuid})
    moved: dict[str, int] = {}
    for table, column in organisation_columns():
        count = cursor().execute(
            f"UPDATE {table} SET {column} = %(target)s WHERE {column} = %(source)s", parameters
        )
        if count.rowcount:
            moved[f"{table}.{column}"] = count.rowcount
    organisations_merged.emit(OrganisationsMerged(source.pk, target.pk))
    gone = Target("organisation", source.pk, source.uuid, source.name)
    source.delete()
    record(
        actor,
        IdentityAction.ORGANISATION_MERGED,
        gone,
        {"into": target.pk, "name": target.name, "moved": moved},
    )
    return moved


def organisation_columns() -> Iterator[Column]:
    for model in apps.get_models():
        meta = model._meta  # noqa: SLF001  Django's own way to ask
        for field in meta.concrete_fields:
            of_organisation = field.related_model is Organisation
            if of_organisation or (isinstance(field, BigIntegerField) and field.column in BY_NUMBER):
                yield meta.db_table, str(field.column)


def _locked(source_id: int, target_id: int) -> tuple[Organisation, Organisation]:
    """Both, locked in the order of their ids, so that two merges cannot deadlock."""
    rows = Organisation.objects.select_for_update().filter(pk__in=(source_id, target_id)).order_by("pk")
    by_id = {row.pk: row for row in rows}
    if source_id not in by_id or target_id not in by_id:
        raise NotFound(OrganisationProblem.NOT_FOUND())
    return by_id[source_id], by_id[target_id]


def _refuse(source: Organisation, target: Organisation) -> None:
    if source.pk == target.pk:
        raise Invalid({"target_id": [OrganisationProblem.MERGED_INTO_ITSELF()]})
    if source.pk == host_organisation_id():
        raise Invalid({"id": [OrganisationProblem.HOST_NOT_MERGED()]})
    if source.users.exclude(staff_roles=[]).exists():
        raise Invalid({"id": [OrganisationProblem.HAS_DUTIES()]})
    if not target.local and source.users.exists():
        raise Invalid({"target_id": [OrganisationProblem.TARGET_NOT_LOCAL()]})


def _refuse_clashes(source: Organisation, target: Organisation) -> None:
    parameters = {"source": source.pk, "target": target.pk}
    both = sorted(
        {
            name
            for name, table, column, others in unique_to_an_organisation()
            if table not in JOINED and cursor().execute(_clash(table, column, others), parameters).fetchone()
        }
    )
    if both:
        raise Invalid({"id": [OrganisationProblem.BOTH_HAVE(things=both)]})


def unique_to_an_organisation() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    columns = set(organisation_columns())
    for model in apps.get_models():
        meta = model._meta  # noqa: SLF001  Django's own way to ask
        alone = [(field.name,) for field in meta.concrete_fields if field.unique]
        together = [
            tuple(constraint.fields)
            for constraint in meta.constraints
            if isinstance(constraint, UniqueConstraint)
        ]
        for names in (*alone, *together):
            parts = tuple(str(meta.get_field(name).column) for name in names)  # type: ignore[union-attr]
            for column in parts:
                if (meta.db_table, column) in columns:
                    others = tuple(other for other in parts if other != column)
                    yield str(meta.verbose_name), meta.db_table, column, others


def _clash(table: str, column: str, others: tuple[str, ...]) -> str:
    same = "".join(f" AND theirs.{other} = mine.{other}" for other in others)
    return (
        f"SELECT 1 FROM {table} mine JOIN {table} theirs "
        f"ON mine.{column} = %(source)s AND theirs.{column} = %(target)s{same} LIMIT 1"
    )


JOINED = frozenset({"sharing_group_org"})
"""Tables in which both organisations may be in the same thing: their two rows become one."""

KEEP_EXTEND = """
UPDATE sharing_group_org theirs SET extend = TRUE FROM sharing_group_org mine
WHERE mine.org_id = %(source)s AND theirs.org_id = %(target)s AND mine.extend
  AND theirs.sharing_group_id = mine.sharing_group_id
"""

FORGET_DOUBLES = """
DELETE FROM sharing_group_org mine USING sharing_group_org theirs
WHERE mine.org_id = %(source)s AND theirs.org_id = %(target)s AND theirs.sharing_group_id = mine.sharing_group_id
"""

RENAME_CREATOR = (
    "UPDATE sharing_group SET organisation_uuid = %(target)s WHERE organisation_uuid = %(source)s"
)
