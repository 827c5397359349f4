"""Captures organisations from documents: an unknown UUID is stored as a remote organisation."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

from vardkase.core.sql import cursor
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.names import cleaned, organisation_skeleton, take_turns

MAX_NAME = 255
TRIES = 20
"""Short numbers that are tried behind a name: a document may name ten thousand organisations alike."""


def capture_organisations(blocks: Iterable[Mapping[str, Any]], *, created_by: int = 0) -> dict[str, int]:
    """The ids of the organisations in `blocks` (``{"uuid": …, "name": …}``), by lower-case uuid.

    Unknown ones are added as remote, in one statement. Invisible characters are removed from names, and a
    name confusable with an existing one gets a number and a mark. Known organisations are left unchanged.
    Blocks without a valid uuid are left out of the result.
    """
    named = {
        str(uuid): str(block.get("name") or uuid)
        for block in blocks
        if (uuid := uuid_of(block.get("uuid"))) is not None
    }
    if not named:
        return {}
    known = _ids(named)
    missing = {key: name for key, name in named.items() if key not in known}
    if not missing:
        return known
    _add(missing, created_by)
    known = _ids(named)
    for left in named.keys() - known.keys():  # A name the database folds otherwise than we do.
        known[left] = Organisation.objects.create(uuid=UUID(left), name=left, created_by=created_by).pk
    return known


def _ids(uuids: Iterable[str]) -> dict[str, int]:
    sql = "SELECT uuid::text, id FROM organisation WHERE uuid = ANY(%s::uuid[])"
    return dict(cursor().execute(sql, (list(uuids),)).fetchall())


def _add(missing: Mapping[str, str], created_by: int) -> None:
    # Cut before it is normalised: its length is the sender's choice.
    names = {uuid: cleaned(name[: MAX_NAME * 2])[:MAX_NAME].strip() or uuid for uuid, name in missing.items()}
    skeletons = {organisation_skeleton(name) for name in names.values()}
    take_turns(skeletons)
    taken = set(
        Organisation.objects.filter(name_skeleton__in=skeletons).values_list("name_skeleton", flat=True)
    )
    rows = []
    for uuid, name in names.items():
        free = free_name(name, taken)
        taken.add(organisation_skeleton(free))
        rows.append(
            Organisation(
                uuid=UUID(uuid),
                name=free,
                local=False,
                created_by=created_by,
                name_resembles_another=free != name,
            )
        )
    # Somebody else may capture the same organisation at this moment: theirs is as good as ours.
    Organisation.objects.bulk_create(rows, ignore_conflicts=True)


def free_name(name: str, taken: set[str]) -> str:
    free = name = name[:MAX_NAME].strip()
    for _ in range(TRIES):
        if organisation_skeleton(free) not in taken:
            return free
        free = f"{name[: MAX_NAME - 6]}_{random.randint(0, 9999)}"  # noqa: S311  a name, not a secret
    return f"{name[: MAX_NAME - 37]}_{uuid4()}"


def uuid_of(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
