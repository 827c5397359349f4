"""Who reads what has no distribution of its own: an organisation's own, or everybody's."""

from __future__ import annotations

from vardkase.identity.access.actor import Actor


def own_or_everyones_predicate(actor: Actor, thing: str) -> str:
    """SQL for data shared with the own organisation or all (columns `org_id`, `all_orgs`): decaying models,
    tag collections, event templates."""
    if not actor.may_read:
        return "FALSE"
    if actor.is_site_admin:
        return "TRUE"
    return f"({thing}.all_orgs OR {thing}.org_id = %(reader_org)s)"
