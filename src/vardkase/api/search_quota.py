"""Rate limit of a role's searches: a quota per 15 minutes, counted across all processes.

As MISP does, only restSearch of events and attributes counts, and fastLookup, which is a search of many values; so do
a saved search that is run and a page of a TAXII collection. A role with the limit 0 may not search at all.
"""

from __future__ import annotations

from vardkase.api.authentication import Authenticated
from vardkase.api.errors import MispError
from vardkase.core.limits import Limit

WINDOW = 900
TAXII_PAGE = "taxii2/objects"
LIMITED = frozenset(
    (
        "events/restsearch",
        "attributes/restsearch",
        "attributes/fastlookup",
        "savedsearches/restsearch",
        TAXII_PAGE,
    )
)
NOT_AT_ALL = "API searches are not allowed for this user role."
EXCEEDED = "Rate limit exceeded."


def counted(endpoint: str, who: Authenticated) -> dict[str, str]:
    """Count a call; returns the rate limit headers, none if there is no limit.

    Raises MispError 429 when the limit is exceeded, 405 when it is 0.
    """
    if who.allowance is None or endpoint not in LIMITED or who.actor.user_id is None:
        return {}
    if who.allowance == 0:
        raise MispError(405, NOT_AT_ALL)
    usage = Limit("search", who.allowance, WINDOW).spend(who.actor.user_id)
    headers = {
        "X-Rate-Limit-Limit": str(who.allowance),
        "X-Rate-Limit-Remaining": str(usage.remaining),
        "X-Rate-Limit-Reset": str(usage.wait),
    }
    if usage.is_exceeded:
        raise MispError(429, EXCEEDED, headers=headers | {"Retry-After": headers["X-Rate-Limit-Reset"]})
    return headers
