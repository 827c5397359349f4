"""ATT&CK matrix and heat map of events, or of another galaxy with a kill chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from vardkase.analysis.search.filters import Search
from vardkase.core.sql import SqlQuery
from vardkase.formats.misp_json.knowledge import galaxy_dict
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.cluster_scores import cluster_scores
from vardkase.knowledge.galaxies.matrix import (
    INTERPOLATION,
    galaxy_matrix,
    heat_colours,
    matrix_galaxies,
    matrix_galaxy,
)
from vardkase.knowledge.galaxies.models import Galaxy
from vardkase.knowledge.galaxies.queries import ATTACK

# The events of the search as a query, which is what `cluster_scores` counts over.
CHOSEN = "SELECT unnest(%(chosen)s::bigint[]) AS id"


def matrix(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """The matrix of the galaxy `attackGalaxy`, each technique scored by the number of events tagged with it.

    Raises NotFound for a galaxy without a matrix.
    """
    galaxy = matrix_galaxy(actor, str(search.options.get("attackGalaxy") or ATTACK))
    return iter([msgspec.json.encode(matrix_data(actor, galaxy, ids))])


def matrix_data(actor: Actor, galaxy: Galaxy, event_ids: Sequence[int]) -> dict[str, Any]:
    layout = galaxy_matrix(actor, galaxy)
    scores = cluster_scores(actor, layout.tag_names, SqlQuery(CHOSEN, {"chosen": list(event_ids)}))
    data = {
        "target_type": "event",
        "columnOrders": layout.column_orders,
        "tabs": layout.tabs,
        "scores": scores,
        "maxScore": max(scores.values(), default=0),
        "pickingMode": False,
        "colours": heat_colours(scores),
        "interpolation": INTERPOLATION,
        "galaxyName": galaxy.name,
        "galaxyId": str(galaxy.pk),
        "matrixGalaxies": [galaxy_dict(choice) for choice in matrix_galaxies()],
    }
    # MITRE's technique names end in their number, which a cell shows separately. The spelling is MISP's.
    mitre = {"defaultTabName": next(iter(layout.tabs), ""), "removeTrailling": 2}
    return data | mitre if galaxy.type == ATTACK else data
