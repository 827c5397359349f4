"""How many members could have published something: the anonymity set of its author."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.hub.anonymous_publication.organisation import organisation_uuid


def members_that_could() -> int:
    """Organisations of this hub that may publish now, and have somebody who does."""
    return int(cursor().execute(MEMBERS, {"hub": organisation_uuid()}).fetchall()[0][0])


MEMBERS = """
SELECT count(*) FROM organisation o
WHERE o.local AND o.uuid <> %(hub)s AND o.write_period @> now() AND EXISTS (
    SELECT 1 FROM account u JOIN role r ON r.id = u.role_id
    WHERE u.org_id = o.id AND NOT u.disabled AND (u.expiration IS NULL OR u.expiration > now()) AND r.perm_publish
)
"""
