"""Matrix layout of galaxies with a kill chain (such as ATT&CK): tabs, columns, and clusters in each.

A cluster is in every column that its ``kill_chain`` elements name as ``tab:column``. The caller decides which
clusters are marked: `intel.queries.cluster_scores` counts over events, and `heat_colours` turns the counts into
colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import NotFound
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import cluster_predicate, reader_parameters
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyClusterRelation
from vardkase.knowledge.galaxies.problems import GalaxyProblem
from vardkase.knowledge.galaxies.queries import ATTACK, visible_galaxies

COLD, HOT = (0, 0, 255), (255, 0, 0)
INTERPOLATION = ("#0000ff", "#ff0000")
"""The ends of the scale, as MISP's pages paint it."""

type Tabs = dict[str, dict[str, list[dict[str, Any]]]]
"""Tab → column → cells: ``id, uuid, type, value, tag_name, description, galaxy_id, external_id``."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A galaxy's clusters by tab (sorted by name) and column (in kill chain order)."""

    galaxy: Galaxy
    tabs: Tabs
    packaged: frozenset[str]
    """Ids of the cells that come with the hub."""
    duplicates: frozenset[str]
    """Ids of organisations' own cells with the external id of a packaged cluster of the galaxy."""

    @property
    def column_orders(self) -> dict[str, list[str]]:
        return {tab: list(columns) for tab, columns in self.tabs.items()}

    @property
    def tag_names(self) -> list[str]:
        cells = (cell for columns in self.tabs.values() for cells in columns.values() for cell in cells)
        return list(dict.fromkeys(cell["tag_name"] for cell in cells))


def galaxy_matrix(actor: Actor, galaxy: Galaxy) -> Matrix:
    """The matrix of `galaxy` with the readable clusters, by name. Two queries.

    Raises NotFound for a galaxy without a kill chain.
    """
    if not galaxy.kill_chain_order:
        raise NotFound(GalaxyProblem.NO_MATRIX())
    orders = sorted(galaxy.kill_chain_order.items())
    tabs: Tabs = {tab: {column: [] for column in order} for tab, order in orders}
    sql = CELLS.format(visible=cluster_predicate(actor))
    rows = cursor().execute(sql, reader_parameters(actor) | {"galaxy": galaxy.pk}).fetchall()
    packaged: set[str] = set()
    duplicates: set[str] = set()
    for *values, places, is_packaged, is_duplicate in rows:
        cell = dict(zip(CELL_MEMBERS, values, strict=True))
        if is_packaged:
            packaged.add(cell["id"])
        if is_duplicate:
            duplicates.add(cell["id"])
        for place in places:
            tab, _, column = place.partition(":")
            # A cluster may name a column that the galaxy does not have, or no longer.
            if column in tabs.get(tab, ()):
                tabs[tab][column].append(cell)
    return Matrix(galaxy, tabs, frozenset(packaged), frozenset(duplicates))


def matrix_galaxy(actor: Actor, galaxy_type: str = ATTACK) -> Galaxy:
    readable = visible_galaxies(actor).filter(type=galaxy_type, kill_chain_order__isnull=False)
    return first_or_not_found(readable.order_by("pk"), GalaxyProblem.NOT_FOUND())


def matrix_galaxies() -> list[Galaxy]:
    return list(Galaxy.objects.filter(kill_chain_order__isnull=False, default=True).order_by("name"))


def revoked_clusters(galaxy: Galaxy) -> frozenset[int]:
    """Packaged clusters that their source has replaced by others; ATT&CK keeps some 200 of them."""
    relations = GalaxyClusterRelation.objects.filter(
        galaxy_cluster__galaxy=galaxy, referenced_galaxy_cluster_type="revoked-by", default=True
    )
    return frozenset(relations.values_list("galaxy_cluster_id", flat=True))


def heat_colours(scores: Mapping[str, int]) -> dict[str, str]:
    highest = max(scores.values(), default=0)
    colours = {}
    for tag, score in scores.items():
        if score > 0:
            parts = (
                round(cold + (hot - cold) * (score / highest)) for cold, hot in zip(COLD, HOT, strict=True)
            )
            colours[tag] = "#" + "".join(f"{part:02x}" for part in parts)
    return colours


CELL_MEMBERS = ("id", "uuid", "type", "value", "tag_name", "description", "galaxy_id", "external_id")

CELLS = """
WITH placed AS (
    SELECT e.galaxy_cluster_id AS id, array_agg(DISTINCT e.value) FILTER (WHERE e.key = 'kill_chain') AS places,
           min(e.value) FILTER (WHERE e.key = 'external_id') AS external_id,
           bool_and(c."default") AS is_packaged
    FROM galaxy_element e JOIN galaxy_cluster c ON c.id = e.galaxy_cluster_id
    WHERE c.galaxy_id = %(galaxy)s AND e.key IN ('kill_chain', 'external_id')
    GROUP BY e.galaxy_cluster_id
)
SELECT c.id::text, c.uuid::text, c.type, c.value, c.tag_name, c.description, c.galaxy_id::text,
       coalesce(p.external_id, ''), p.places, p.is_packaged,
       NOT p.is_packaged AND p.external_id IN (
           SELECT external_id FROM placed WHERE is_packaged AND external_id IS NOT NULL
       )
FROM placed p JOIN galaxy_cluster c ON c.id = p.id
WHERE p.places IS NOT NULL AND NOT c.deleted AND {visible}
ORDER BY c.value, c.id
"""
