"""Visibility of tag names: a name can reveal as much as the tagged content.

The name of a tag that is in a taxonomy, or is that of a readable cluster, is everybody's. Any other is known to

* those who may read something that carries it: an event, attribute, report or tag collection;
* the organisation that first named it; everybody who may read, when that was a site administrator;
* site administrators.

Who may attach a tag is decided elsewhere (`knowledge.taxonomies.rules.may_use`).
"""

from __future__ import annotations

from collections.abc import Iterator

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.own_or_everyones import own_or_everyones_predicate
from vardkase.identity.access.visibility import (
    attribute_predicate,
    cluster_predicate,
    deleted_predicate,
    event_predicate,
    report_predicate,
)


def tag_name_predicate(actor: Actor, tag: str = "t") -> str:
    """SQL for tags with names the actor may know; takes the parameters of `visibility.reader_parameters`."""
    if actor.is_site_admin and actor.may_read:
        return "TRUE"
    # Cheap ones first: PostgreSQL asks the next only where the one before is false.
    ways = [IN_TAXONOMY.format(tag=tag), _of_cluster(actor, tag)]
    if actor.may_read:
        ways += [MADE.format(tag=tag), *_carried(actor, tag)]
    return f"({' OR '.join(ways)})"


def named_by_reader(tag: str = "t") -> str:
    """SQL, as above: the tag is vocabulary, or the reader's organisation has named it already. Quick to ask."""
    return f"({IN_TAXONOMY.format(tag=tag)} OR {MADE.format(tag=tag)})"


def hidden_cluster_predicate(actor: Actor, tag: str = "t") -> str:
    """SQL for tags of clusters that are hidden from the actor: such a name contains the cluster's name or uuid."""
    # Packaged clusters are everybody's, also for an actor who reads no content.
    return (
        f"({tag}.is_galaxy AND EXISTS (SELECT 1 FROM galaxy_cluster hidden WHERE hidden.tag_name = {tag}.name "
        f'AND NOT hidden."default" AND {cluster_predicate(actor, "hidden")} IS NOT TRUE))'
    )


def _of_cluster(actor: Actor, tag: str) -> str:
    visible = cluster_predicate(actor, "named") if actor.may_read else 'named."default"'
    return (
        f"({tag}.is_galaxy AND EXISTS (SELECT 1 FROM galaxy_cluster named "
        f"WHERE lower(named.tag_name) = lower({tag}.name) AND {visible}))"
    )


def _carried(actor: Actor, tag: str) -> Iterator[str]:
    yield (
        "EXISTS (SELECT 1 FROM tag_collection_tag link "
        "JOIN tag_collection holding ON holding.id = link.tag_collection_id "
        f"WHERE link.tag_id = {tag}.id AND {own_or_everyones_predicate(actor, 'holding')})"
    )
    event = event_predicate(actor, "holding")
    yield (
        "EXISTS (SELECT 1 FROM event_tag link JOIN event holding ON holding.id = link.event_id "
        f"WHERE link.tag_id = {tag}.id AND {event})"
    )
    parts = {
        "attribute": attribute_predicate(actor, "part", "holding"),
        "event_report": report_predicate(actor, "part", "holding"),
    }
    for table, visible in parts.items():
        readable = f"{event} AND {visible} AND {deleted_predicate(actor, 'part', 'holding')}"
        yield (
            f"EXISTS (SELECT 1 FROM {table}_tag link JOIN {table} part ON part.id = link.{table}_id "
            f"JOIN event holding ON holding.id = part.event_id WHERE link.tag_id = {tag}.id AND {readable})"
        )


MADE = """EXISTS (
    SELECT 1 FROM tag_maker maker WHERE maker.tag_id = {tag}.id AND maker.org_id IN (0, %(reader_org)s))"""
# The comparison is exact, so that the indexes answer: a tag that differs in case is one without a taxonomy.
IN_TAXONOMY = """EXISTS (
    SELECT 1 FROM taxonomy x JOIN taxonomy_predicate p ON p.taxonomy_id = x.id
    WHERE x.namespace = split_part({tag}.name, ':', 1)
    AND p.value = substring({tag}.name FROM '^[^:]+:([^="]+)')
    AND ({tag}.name = x.namespace || ':' || p.value OR EXISTS (
        SELECT 1 FROM taxonomy_entry y WHERE y.predicate_id = p.id
        AND {tag}.name = x.namespace || ':' || p.value || '="' || y.value || '"')))"""
