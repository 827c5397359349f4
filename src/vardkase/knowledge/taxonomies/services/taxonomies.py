"""Services for taxonomies: enable, disable, create their tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.sources.load_changed import LoadResult
from vardkase.knowledge.taxonomies import loader
from vardkase.knowledge.taxonomies.documents import taxonomy_file
from vardkase.knowledge.taxonomies.models import Taxonomy
from vardkase.knowledge.taxonomies.problems import TaxonomyProblem
from vardkase.knowledge.taxonomies.queries import taxonomy_entries


@transaction.atomic
def set_enabled(actor: Actor, taxonomy_id: int, *, enabled: bool) -> Taxonomy:
    taxonomy = _locked(actor, taxonomy_id)
    taxonomy.enabled = enabled
    taxonomy.save(update_fields=["enabled"])
    record(
        actor,
        KnowledgeAction.TAXONOMY_ENABLED if enabled else KnowledgeAction.TAXONOMY_DISABLED,
        Target.of(taxonomy),
    )
    return taxonomy


@transaction.atomic
def set_required(actor: Actor, taxonomy_id: int, *, required: bool) -> Taxonomy:
    taxonomy = _locked(actor, taxonomy_id)
    taxonomy.required = required
    taxonomy.save(update_fields=["required"])
    record(actor, KnowledgeAction.TAXONOMY_REQUIRED, Target.of(taxonomy), {"required": required})
    return taxonomy


@transaction.atomic
def set_highlighted(actor: Actor, taxonomy_id: int, *, highlighted: bool) -> Taxonomy:
    taxonomy = _locked(actor, taxonomy_id)
    taxonomy.highlighted = highlighted
    taxonomy.save(update_fields=["highlighted"])
    record(actor, KnowledgeAction.TAXONOMY_HIGHLIGHTED, Target.of(taxonomy), {"highlighted": highlighted})
    return taxonomy


@transaction.atomic
def delete_taxonomy(actor: Actor, taxonomy_id: int) -> None:
    """Delete a taxonomy; its tags become custom tags. Raises Forbidden, NotFound."""
    taxonomy = _locked(actor, taxonomy_id)
    record(actor, KnowledgeAction.TAXONOMY_DELETED, Target.of(taxonomy))
    taxonomy.delete()


@transaction.atomic
def import_taxonomy(actor: Actor, document: Mapping[str, Any]) -> Taxonomy:
    actor.require_writing(Permission.SITE_ADMIN)
    file = taxonomy_file(document)
    loader.store([file])
    taxonomy = Taxonomy.objects.get(namespace=file.namespace)
    record(actor, KnowledgeAction.TAXONOMY_IMPORTED, Target.of(taxonomy), {"version": file.version})
    return taxonomy


@transaction.atomic
def create_taxonomy_tags(actor: Actor, taxonomy_id: int, names: Sequence[str] | None = None) -> int:
    """Create and show the taxonomy's tags (all of them, or those in `names`); returns how many.

    Existing tags take the taxonomy's colour. Raises Forbidden, NotFound, Invalid for names not in the
    taxonomy.
    """
    taxonomy = _locked(actor, taxonomy_id)
    entries = taxonomy_entries(taxonomy)
    if names is not None:
        wanted = {name.lower() for name in names}
        entries = [entry for entry in entries if entry.tag.lower() in wanted]
        if not wanted or len(entries) < len(wanted):
            raise Invalid(TaxonomyProblem.TAGS_NOT_SAVED())
    # Published taxonomies have values that differ by case only; PostgreSQL refuses to update one tag twice.
    entries = list({entry.tag.lower(): entry for entry in entries}.values())
    cursor().execute(
        SHOW_TAGS,
        {
            "names": [entry.tag for entry in entries],
            "colours": [entry.shown_colour for entry in entries],
            "numbers": [entry.numerical_value for entry in entries],
        },
    )
    record(actor, KnowledgeAction.TAXONOMY_TAGS_CREATED, Target.of(taxonomy), {"count": len(entries)})
    return len(entries)


# Organisation and user 0 are MISP’s “none”: the tag is open to all.
SHOW_TAGS = """
INSERT INTO tag (name, colour, numerical_value, exportable, org_id, user_id, hide_tag, is_galaxy,
                 is_custom_galaxy, local_only)
SELECT n.name, n.colour, n.numerical_value, TRUE, 0, 0, FALSE, FALSE, FALSE, FALSE
FROM unnest(%(names)s::text[], %(colours)s::text[], %(numbers)s::int[]) AS n(name, colour, numerical_value)
ON CONFLICT (lower(name)) DO UPDATE
SET colour = excluded.colour, numerical_value = excluded.numerical_value, hide_tag = FALSE
"""


@transaction.atomic
def hide_taxonomy_tags(actor: Actor, taxonomy_id: int) -> None:
    """Hide the taxonomy's tags from selection; existing uses stay."""
    taxonomy = _locked(actor, taxonomy_id)
    names = [entry.tag for entry in taxonomy_entries(taxonomy)]
    cursor().execute(
        "UPDATE tag SET hide_tag = TRUE WHERE lower(name) IN (SELECT lower(n) FROM unnest(%s::text[]) AS n)",
        (names,),
    )
    record(actor, KnowledgeAction.TAXONOMY_TAGS_HIDDEN, Target.of(taxonomy))


@transaction.atomic
def set_tags_hidden(actor: Actor, taxonomy_id: int, names: Sequence[str], *, hidden: bool) -> int:
    """Hide some tags of a taxonomy from selection, or show them again; returns how many exist.

    Raises Forbidden, NotFound, Invalid for names not in the taxonomy.
    """
    actor.require_writing(Permission.TAGGER)
    taxonomy = first_or_not_found(Taxonomy.objects.filter(pk=taxonomy_id), TaxonomyProblem.NOT_FOUND())
    known = {entry.tag.lower() for entry in taxonomy_entries(taxonomy)}
    wanted = {name.lower() for name in names}
    if not wanted or not wanted <= known:
        raise Invalid(TaxonomyProblem.UNKNOWN_TAG())
    changed = cursor().execute(HIDE, {"names": list(wanted), "hidden": hidden}).rowcount
    action = KnowledgeAction.TAXONOMY_TAGS_HIDDEN if hidden else KnowledgeAction.TAXONOMY_TAGS_SHOWN
    record(actor, action, Target.of(taxonomy), {"tags": sorted(wanted)[:100]})
    return changed


HIDE = """
UPDATE tag SET hide_tag = %(hidden)s WHERE lower(name) = ANY(%(names)s::text[])
"""


def update_taxonomies(actor: Actor) -> LoadResult:
    actor.require_writing(Permission.SITE_ADMIN)
    loaded = loader.load()
    if loaded.updated:
        record(actor, KnowledgeAction.TAXONOMY_UPDATED, Target("taxonomy"), {"updated": loaded.updated})
    return loaded


def _locked(actor: Actor, taxonomy_id: int) -> Taxonomy:
    actor.require_writing(Permission.SITE_ADMIN)
    return first_or_not_found(
        Taxonomy.objects.select_for_update().filter(pk=taxonomy_id), TaxonomyProblem.NOT_FOUND()
    )
