"""Correlations: the keys of what is new or changed are computed, and which of them events share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vardkase.analysis.correlation.store import rebuild_many
from vardkase.core.sql import cursor
from vardkase.hub.move_in.taking import Step, Taking

CHUNK = 20_000


def take_correlations(taking: Taking) -> None:
    """Works off `move_in.changed_attribute`, which the step of the attributes has filled."""
    rebuild_many(_batches(taking))
    cursor().execute("TRUNCATE move_in.changed_attribute")


def _batches(taking: Taking) -> Iterator[Sequence[int]]:
    last = 0
    while ids := [row[0] for row in cursor().execute(NEXT, {"last": last, "most": CHUNK}).fetchall()]:
        taking.count("attributes whose correlations were computed", len(ids))
        yield ids
        last = ids[-1]


NEXT = "SELECT id FROM move_in.changed_attribute WHERE id > %(last)s ORDER BY id LIMIT %(most)s"

CORRELATION_STEP = Step("correlations", (), take_correlations)
