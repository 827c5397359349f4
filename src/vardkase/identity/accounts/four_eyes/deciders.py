"""Who decides on what keeps the hub safe: its officers, or site administrators where there are none."""

from __future__ import annotations

from vardkase.identity.accounts.four_eyes.hub_in_use import in_use
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party, parties_of
from vardkase.identity.organisations.acting import Acting

DECIDERS = OFFICERS | {Party.SITE_ADMIN}
"""Site administrators only where there are no officers: on a member's platform, and before a hub is in use."""


def may_decide(actor: Acting) -> bool:
    parties = parties_of(actor)
    return not parties.isdisjoint(OFFICERS) or (Party.SITE_ADMIN in parties and not in_use())
