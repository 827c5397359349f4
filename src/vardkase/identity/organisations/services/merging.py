"""Two organisations that turn out to be one: all that is of the one becomes the other's."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import transaction
from django.db.models import BigIntegerField
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.hooks import OrganisationsMerged, organisations_merged
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id

BY_NUMBER = frozenset({"org_id", "orgc_id"})
"""Columns that hold an organisation's id without a foreign key, because their rooms know none."""

type Column = tuple[str, str]
"""A table and the column of it that names an organisation."""


@transaction.atomic
def merge_organisations(actor: Acting, source_id: int, target_id: int) -> dict[str, int]:
    """Give everything of one organisation to another and remove it; returns how many rows of each table moved.

    One statement for each column, whatever room it lies in. The audit trail keeps who did what as who they were.
    Raises NotFound, Invalid (the same organisation, the hub's own, or people without a local organisation to go
    to), Forbidden for others than site administrators who read what is shared.
    """
    actor.require_writing()
    if not actor.is_site_admin or actor.is_content_blind:
        raise Forbidden
    source, target = _locked(source_id, target_id)
    _refuse(source, target)
    given = {"source": source.pk, "target": target.pk}
    cursor().execute(KEEP_EXTEND, given)
    cursor().execute(FORGET_DOUBLES, given)
    cursor().execute(RENAME_CREATOR, {"source": source.uuid, "target": target.uuid})
    moved: dict[str, int] = {}
    for table, column in organisation_columns():
        count = cursor().execute(
            f"UPDATE {table} SET {column} = %(target)s WHERE {column} = %(source)s", given
        )
        if count.rowcount:
            moved[f"{table}.{column}"] = count.rowcount
    organisations_merged.emit(OrganisationsMerged(source.pk, target.pk))
    gone = Target("organisation", source.pk, source.uuid, source.name)
    source.delete()
    record(actor, "organisation.merged", gone, {"into": target.pk, "name": target.name, "moved": moved})
    return moved


def organisation_columns() -> Iterator[Column]:
    """Every column in the database that says whose a row is."""
    for model in apps.get_models():
        meta = model._meta  # noqa: SLF001  Django's own way to ask
        for field in meta.concrete_fields:
            of_organisation = field.related_model is Organisation
            if of_organisation or (isinstance(field, BigIntegerField) and field.column in BY_NUMBER):
                yield meta.db_table, str(field.column)


def _locked(source_id: int, target_id: int) -> tuple[Organisation, Organisation]:
    """Both, locked in the order of their ids, so that two merges never wait for each other."""
    rows = Organisation.objects.select_for_update().filter(pk__in=(source_id, target_id)).order_by("pk")
    found = {row.pk: row for row in rows}
    if source_id not in found or target_id not in found:
        raise NotFound("Invalid organisation")
    return found[source_id], found[target_id]


def _refuse(source: Organisation, target: Organisation) -> None:
    if source.pk == target.pk:
        raise Invalid({"target_id": [gettext("An organisation cannot be merged into itself.")]})
    if source.pk == host_organisation_id():
        raise Invalid({"id": [gettext("The organisation that runs this hub cannot be merged into another.")]})
    if not target.local and source.users.exists():
        raise Invalid(
            {"target_id": [gettext("The organisation has users, who can only be moved to a local one.")]}
        )


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
