"""Normalises manually written tags to the taxonomies' form: ``TLP : Red`` becomes ``tlp:red``."""

from __future__ import annotations

import re
from collections import defaultdict

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy
from vardkase.knowledge.taxonomies.queries import entries_of, tags_named
from vardkase.knowledge.taxonomies.services import resolve_tags

LINKS = (
    ("event_tag", ("event_id", "local", "relationship_type")),
    ("attribute_tag", ("attribute_id", "event_id", "local", "relationship_type")),
    ("event_report_tag", ("event_report_id", "local", "relationship_type")),
    ("tag_collection_tag", ("tag_collection_id",)),
    ("favourite_tag", ("user_id",)),
)
"""Every table that links to tags, with its other columns."""

MOVE = """
INSERT INTO {table} (tag_id, {columns})
SELECT m.new, {columns} FROM {table} l
JOIN unnest(%(old)s::bigint[], %(new)s::bigint[]) AS m (old, new) ON m.old = l.tag_id
ON CONFLICT DO NOTHING
"""
# Joined to itself, since RETURNING gives the new name and only the join the old one.
RECASE = """
UPDATE tag SET name = n.name
FROM (SELECT DISTINCT ON (lower(name)) name FROM unnest(%(names)s::text[]) AS n (name) ORDER BY lower(name)) n
JOIN tag old ON lower(old.name) = lower(n.name)
WHERE tag.id = old.id AND tag.name <> n.name
RETURNING old.name, tag.name
"""
DROP = "DELETE FROM {table} WHERE tag_id = ANY(%(old)s::bigint[])"


@transaction.atomic
def normalise_tags(actor: Actor) -> dict[str, str]:
    """Old name → new name of the tags that match a taxonomy's except for case, spaces and quotation marks.

    Their uses move to the official tag, which is created if missing; events keep their timestamps because the
    meaning is unchanged. Names that match several taxonomies stay. Raises Forbidden.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    official = _official()
    names = [tag for tags in official.values() for tag in tags]
    rows = cursor().execute(RECASE, {"names": names}).fetchall()
    recased = dict(rows)
    renamed = _renamed(official)
    if renamed:
        resolve_tags(actor, [{"name": name} for name in renamed.values()], may_create=True)
        by_name = tags_named(actor, [*renamed, *renamed.values()])
        new_ids = {by_name[old.lower()].pk: by_name[new.lower()].pk for old, new in renamed.items()}
        parameters = {"old": list(new_ids), "new": list(new_ids.values())}
        for table, columns in LINKS:
            cursor().execute(MOVE.format(table=table, columns=", ".join(columns)), parameters)
            # What did not move, because the official tag is attached already.
            cursor().execute(DROP.format(table=table), parameters)
        Tag.objects.filter(pk__in=[by_name[old.lower()].pk for old in renamed]).delete()
    record(actor, IntelAction.TAXONOMY_TAGS_NORMALISED, Target("taxonomy"), {"count": len(recased | renamed)})
    return recased | renamed


def _official() -> dict[str, set[str]]:
    official: dict[str, set[str]] = defaultdict(set)
    for entries in entries_of(Taxonomy.objects.all()).values():
        for entry in entries:
            official[_normal_form(entry.tag)].add(entry.tag)
    return official


def _renamed(official: dict[str, set[str]]) -> dict[str, str]:
    official_names = {tag.lower() for tags in official.values() for tag in tags}
    names = Tag.objects.filter(is_galaxy=False).values_list("name", flat=True)
    custom = {
        name: official.get(_normal_form(name), set()) for name in names if name.lower() not in official_names
    }
    return {name: next(iter(matches)) for name, matches in custom.items() if len(matches) == 1}


def _normal_form(name: str) -> str:
    return re.sub(r"\s*([:=])\s*", r"\1", name.replace('"', "").replace("'", "").strip()).casefold()
