"""Resolves tags of a document to rows, in at most two statements however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.rows import dict_row

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.tag_names import named_by_reader, tag_name_predicate
from vardkase.identity.access.visibility import reader_parameters
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.rules import (
    COLOUR,
    LARGEST_NUMBER,
    colour_of,
    is_possible_name,
    maker_of,
    may_use,
    parse_machine_tag,
)
from vardkase.knowledge.taxonomies.settings import HIDE_INCOMING
from vardkase.knowledge.taxonomies.vocabulary import vocabulary_among
from vardkase.misp.flags import as_bool, as_int
from vardkase.misp.galaxy_tags import is_custom_galaxy_tag, is_galaxy_tag

type Mention = Mapping[str, Any]
"""A tag in a document: ``name`` or ``id``, and its properties if it is new."""


def resolve_tags(actor: Actor, wanted: Sequence[Mention], *, may_create: bool) -> dict[str, Tag]:
    """The tags in `wanted` that the actor may use, by their names in lower case.

    Names are compared case-insensitively. A mention without a name is looked up by id. Unknown names are
    created with `may_create`; unknown and unusable tags are left out. So are tags with names the actor may
    not know, unless it may create one of that name: the result would reveal that the tag exists.
    """
    mentions = {name.lower(): item for item in wanted if is_possible_name(name := _name(item))}
    numbers = (as_int(item.get("id")) for item in wanted if not _name(item))
    ids = [number for number in numbers if number is not None]
    tags = _find(actor, mentions, ids, any_name=may_create)
    # In one order for all writers: two with the same new tags wait for each other, but cannot deadlock.
    unknown = [mentions[name] for name in sorted(mentions.keys() - tags.keys())]
    if may_create and unknown:
        tags |= _create(actor, unknown)
    return {name: tag for name, tag in tags.items() if may_use(actor, tag)}


def _name(mention: Mention) -> str:
    return str(mention.get("name") or "").strip()


def _find(actor: Actor, mentions: Mapping[str, Mention], ids: list[int], *, any_name: bool) -> dict[str, Tag]:
    known = tag_name_predicate(actor)
    sql = FIND.format(by_name="TRUE" if any_name else known, by_id=known if ids else "FALSE")
    if any_name and known != "TRUE":
        sql = NAME.format(unknown=f"NOT {known}", named=named_by_reader("t")) + sql
    new = [_new_tag(mention) for mention in mentions.values()]
    parameters = {
        "names": list(mentions),
        "colours": [tag["colour"] or tag["fallback"] for tag in new],
        "ids": ids,
        "maker": maker_of(actor),
        "user": actor.user_id or 0,
        **reader_parameters(actor),
    }
    return {row.pop("asked"): _tag(row) for row in _rows(sql, parameters)}


# An organisation knows a tag from the moment it names it. One that was hidden from it looks like a new one, so that
# naming it does not reveal that it existed.
NAME = """
WITH named AS (
    INSERT INTO tag_maker (tag_id, org_id, colour)
    SELECT t.id, %(maker)s, CASE WHEN {unknown} AND t.colour <> asked.colour THEN asked.colour ELSE '' END
    FROM unnest(%(names)s::text[], %(colours)s::text[]) AS asked(name, colour)
    JOIN tag t ON lower(t.name) = lower(asked.name)
    WHERE t.org_id IN (0, %(reader_org)s) AND t.user_id IN (0, %(user)s) AND NOT {named}
    ON CONFLICT DO NOTHING
)
"""
# By the expression of the unique index, lower(name), so that each name is one look into it.
FIND = """
SELECT asked.name AS asked, t.* FROM unnest(%(names)s::text[]) AS asked(name)
JOIN tag t ON lower(t.name) = lower(asked.name) WHERE {by_name}
UNION ALL
SELECT lower(t.name), t.* FROM tag t WHERE t.id = ANY(%(ids)s::bigint[]) AND {by_id}
"""


def _create(actor: Actor, mentions: Sequence[Mention]) -> dict[str, Tag]:
    tags = [_new_tag(mention) for mention in {_name(item).lower(): item for item in mentions}.values()]
    columns = {column: [tag[column] for tag in tags] for column in tags[0]}
    # A document decides nothing about the tags that everybody's documents name.
    limited = [tag["name"] for tag in tags if tag["local_only"] or not tag["exportable"]]
    common = vocabulary_among([] if actor.is_site_admin else limited)
    columns["is_common"] = [name in common for name in columns["name"]]
    rows = _rows(CREATE, {**columns, "hidden": HIDE_INCOMING.value, "maker": maker_of(actor)})
    by_name = {row["name"].lower(): _tag(row) for row in rows}
    names = (_name(mention).lower() for mention in mentions)
    return {name: by_name[name] for name in names if name in by_name}


# Taxonomies decide the colour and number of their tags. The update on conflict changes nothing, and is there
# because only then RETURNING has the row that another writer inserted meanwhile; its xmax is then not 0.
CREATE = """
WITH made AS (
INSERT INTO tag AS stored (name, colour, numerical_value, exportable, org_id, user_id, hide_tag, is_galaxy,
                           is_custom_galaxy, local_only)
SELECT n.name, coalesce(n.colour, nullif(e.colour, ''), nullif(p.colour, ''), n.fallback),
       coalesce(n.numerical_value, e.numerical_value, p.numerical_value), n.exportable OR n.is_common, 0, 0, %(hidden)s,
       n.is_galaxy, n.is_custom_galaxy, n.local_only AND NOT n.is_common
FROM unnest(%(name)s::text[], %(colour)s::text[], %(fallback)s::text[], %(numerical_value)s::int[],
            %(exportable)s::bool[], %(local_only)s::bool[], %(is_galaxy)s::bool[],
            %(is_custom_galaxy)s::bool[], %(namespace)s::text[], %(predicate)s::text[], %(value)s::text[],
            %(is_common)s::bool[])
     AS n(name, colour, fallback, numerical_value, exportable, local_only, is_galaxy, is_custom_galaxy,
          namespace, predicate, value, is_common)
LEFT JOIN taxonomy t ON t.namespace = n.namespace
LEFT JOIN taxonomy_predicate p ON p.taxonomy_id = t.id AND p.value = n.predicate
LEFT JOIN taxonomy_entry e ON e.predicate_id = p.id AND e.value = n.value
ON CONFLICT (lower(name)) DO UPDATE SET name = stored.name
RETURNING stored.*, stored.xmax = 0 AS is_new
), makers AS (INSERT INTO tag_maker (tag_id, org_id) SELECT id, %(maker)s FROM made WHERE is_new)
SELECT id, name, colour, exportable, org_id, user_id, hide_tag, numerical_value, is_galaxy, is_custom_galaxy,
       local_only FROM made
"""


def _new_tag(mention: Mention) -> dict[str, Any]:
    name = _name(mention)
    machine = parse_machine_tag(name)
    colour = str(mention.get("colour") or "")
    number = as_int(mention.get("numerical_value"))
    return {
        "name": name,
        "colour": colour if COLOUR.fullmatch(colour) else None,
        "fallback": "#0088cc" if is_galaxy_tag(name) else colour_of(name),
        "numerical_value": number if number is not None and abs(number) <= LARGEST_NUMBER else None,
        "exportable": as_bool(mention.get("exportable"), default=True),
        "local_only": as_bool(mention.get("local_only")),
        "is_galaxy": is_galaxy_tag(name),
        "is_custom_galaxy": is_custom_galaxy_tag(name),
        "namespace": machine.namespace if machine else None,
        "predicate": machine.predicate if machine else None,
        "value": machine.value if machine else None,
    }


def _tag(row: Mapping[str, Any]) -> Tag:
    return Tag.from_db(None, list(row), list(row.values()))


def _rows(sql: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    return cursor(row_factory=dict_row).execute(sql, parameters).fetchall()
