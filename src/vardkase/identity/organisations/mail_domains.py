"""The organisations on the hub that domains belong to."""

from __future__ import annotations

from collections.abc import Collection

from vardkase.core.sql import cursor
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.queries import sees_every_organisation


def domain_owners(actor: Acting, hosts: Collection[str]) -> dict[str, str]:
    """Host name → name of the organisation that has it, or a domain that it is in, as its e-mail domain.

    Where the list of organisations is hidden from the actor, only the actor's own organisation counts.
    """
    domains: dict[str, list[str]] = {}
    for host in hosts:
        labels = host.split(".")
        for start in range(max(0, len(labels) - 1)):  # Never a top-level domain alone.
            domains.setdefault(".".join(labels[start:]), []).append(host)
    if not domains:
        return {}
    own = None if sees_every_organisation(actor) else actor.organisation_id
    rows = cursor().execute(OWNERS, {"domains": list(domains), "own": own, "actor": actor.organisation_id})
    # The actor's own organisation comes last, and so wins.
    return {host: name for domain, name in rows.fetchall() for host in domains[domain]}


# The column is null until the organisation is first edited, and jsonb_array_elements fails on what is no array.
OWNERS = """
SELECT d.domain, o.name FROM organisation o CROSS JOIN LATERAL (
    SELECT unnest(o.verified_domains) UNION
    SELECT lower(named.domain) FROM jsonb_array_elements_text(
        CASE jsonb_typeof(o.restricted_to_domain) WHEN 'array' THEN o.restricted_to_domain ELSE '[]' END
    ) AS named (domain)
) AS d (domain)
WHERE o.local AND d.domain = ANY(%(domains)s::text[]) AND (%(own)s::bigint IS NULL OR o.id = %(own)s::bigint)
ORDER BY o.id = %(actor)s, o.id
"""
