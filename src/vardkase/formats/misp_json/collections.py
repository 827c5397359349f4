"""Collections as MISP JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vardkase.core.errors import NotFound
from vardkase.core.sql import array_of, cursor
from vardkase.formats.misp_json.analyst_data import said_of
from vardkase.formats.misp_json.organisations import OrganisationLoader
from vardkase.formats.misp_json.selection import Chosen, pages_of
from vardkase.formats.misp_json.sharing_groups import SharingGroupLoader
from vardkase.formats.misp_json.stream import in_chunks, joined
from vardkase.formats.misp_json.structs import encoder
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import collection_predicate, reader_parameters
from vardkase.intel.problems import CollectionProblem

AT_ONCE = 200


def collection_dict(actor: Actor, number: int, *, viewed: bool = False) -> dict[str, Any]:
    """One collection with its elements; `viewed` adds its analyst data. Raises NotFound."""
    found = _rows(actor, [number], OrganisationLoader(), SharingGroupLoader(actor))
    if not found:
        raise NotFound(CollectionProblem.NOT_FOUND())
    inner = found[0]
    if viewed:
        inner |= said_of(actor, inner["uuid"])[0]
    return {"Collection": inner}


@in_chunks
def collection_list(actor: Actor, chosen: Chosen) -> Iterator[bytes]:
    organisations, groups = OrganisationLoader(), SharingGroupLoader(actor)
    yield b"["
    yield from joined(
        encoder.encode({"Collection": row})
        for ids in pages_of(chosen, AT_ONCE)
        for row in _rows(actor, ids, organisations, groups)
    )
    yield b"]"


def element_list(chosen: Chosen) -> Iterator[bytes]:
    yield b"["
    yield from joined(
        encoder.encode({"CollectionElement": element})
        for ids in pages_of(chosen)
        for element in elements("p.id", ids)
    )
    yield b"]"


def elements(column: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    rows = cursor().execute(ELEMENTS.format(column=column), {"ids": array_of(map(str, ids))}).fetchall()
    return [dict(zip(ELEMENT_MEMBERS, row, strict=True)) for row in rows]


def _rows(
    actor: Actor, ids: Sequence[int], organisations: OrganisationLoader, groups: SharingGroupLoader
) -> list[dict[str, Any]]:
    sql = CHOSEN.format(visible=collection_predicate(actor))
    rows = cursor().execute(sql, reader_parameters(actor) | {"ids": array_of(map(str, ids))}).fetchall()
    organisations.learn(number for row in rows for number in row[-3:-1])
    inside: dict[str, list[dict[str, Any]]] = {}
    for element in elements("p.collection_id", ids):
        inside.setdefault(element["collection_id"], []).append(element)
    found = [dict(zip(MEMBERS, row, strict=False)) for row in rows]
    groups.learn(each["sharing_group_id"] for each in found)
    for each, (*_, org_id, orgc_id, email) in zip(found, rows, strict=True):
        each["Orgc"] = organisations.owner(orgc_id, whole=False)
        each["Org"] = organisations.owner(org_id, whole=False)
        if email and (actor.is_site_admin or orgc_id == actor.organisation_id):
            each["User"] = {"id": each["user_id"], "email": email}
        if each["sharing_group_id"] != "0":
            each["SharingGroup"] = groups.block(each["sharing_group_id"])
        each["CollectionElement"] = inside.get(each["id"], [])
    return found


MEMBERS = (
    "id", "uuid", "org_id", "orgc_id", "user_id", "created", "modified", "distribution", "sharing_group_id",
    "name", "type", "description", "locked",
)  # fmt: skip
ELEMENT_MEMBERS = ("id", "uuid", "element_uuid", "element_type", "collection_id", "description")

# In the order of the ids: `= ANY` would return the rows in any.
CHOSEN = """
SELECT c.id::text, c.uuid::text, c.org_id::text, c.orgc_id::text, c.user_id::text,
       to_char(c.created AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
       to_char(c.modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), c.distribution::text,
       coalesce(c.sharing_group_id, 0)::text, c.name, c.type, c.description, c.locked,
       c.org_id, c.orgc_id, u.email
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place)
JOIN collection c ON c.id = chosen.id
LEFT JOIN account u ON u.id = c.user_id
WHERE {visible}
ORDER BY chosen.place
"""

ELEMENTS = """
SELECT p.id::text, p.uuid::text, p.element_uuid::text, p.element_type, p.collection_id::text, p.description
FROM collection_element p WHERE {column} = ANY(%(ids)s::bigint[])
ORDER BY p.id
"""
