"""Known communities that share over MISP; their data is kept beside this file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vardkase.core.errors import NotFound
from vardkase.exchange.communities.problems import CommunityProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

SEARCHED = ("name", "org_name", "description", "sector", "nationality")
FILE = Path(__file__).parent / "data" / "communities.json"


@dataclass(frozen=True, slots=True)
class Community:
    """A community that can be joined, and its contact; `id` is its position in the list, from 1. Texts may be
    empty."""

    id: int
    name: str
    uuid: str
    org_uuid: str
    org_name: str
    description: str
    url: str
    sector: str
    nationality: str
    type: str
    email: str
    scope_of_data_to_be_shared: str
    self_registration: bool


def communities(actor: Actor, search: str = "") -> list[Community]:
    actor.require(Permission.SITE_ADMIN)
    term = search.lower()
    return [
        community
        for community in _all_communities()
        if not term or term in "\n".join(getattr(community, name) for name in SEARCHED).lower()
    ]


def find_community(actor: Actor, reference: str) -> Community:
    for community in communities(actor):
        if reference.lower() in (str(community.id), community.uuid):
            return community
    raise NotFound(CommunityProblem.NOT_FOUND())


@cache
def _all_communities() -> tuple[Community, ...]:
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(Community(id=place, **row) for place, row in enumerate(rows, 1))
