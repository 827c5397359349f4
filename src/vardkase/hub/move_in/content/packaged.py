"""Numbers of what both products load from the same packages: galaxies, taxonomies, lists, templates, models.

MISP's numbers are in links and scripts, so what is here already takes the number that it has there. What MISP does not
have moves out of the way.
"""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.sql import cursor
from vardkase.hub.move_in.content.upserts import made_uuid, uuid
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved
from vardkase.knowledge.services import update_all


@dataclass(frozen=True, slots=True)
class Packaged:
    """`same` says which staged row `s` is our row `here`; `unconstrained` are columns that name ours without a foreign
    key."""

    kind: str
    table: str
    staged: str
    same: str
    unconstrained: tuple[tuple[str, str], ...] = ()


PACKAGED = (
    Packaged("galaxies", "galaxy", "galaxies", f"here.uuid = {made_uuid('s.uuid', 'galaxies')}"),
    Packaged(
        "galaxy clusters",
        "galaxy_cluster",
        "galaxy_clusters",
        # After the galaxies have MISP's numbers.
        f"here.uuid = {uuid('s.uuid')} AND here.galaxy_id = s.galaxy_id",
    ),
    Packaged("taxonomies", "taxonomy", "taxonomies", "here.namespace = s.namespace"),
    Packaged(
        "warninglists",
        "warninglist",
        "warninglists",
        "here.name = s.name",
        (("warninglist_entry", "warninglist_id"),),
    ),
    Packaged("noticelists", "noticelist", "noticelists", "here.name = s.name"),
    Packaged(
        "object templates",
        "object_template",
        "object_templates",
        f"here.uuid = {uuid('s.uuid')} AND here.version = s.version",
    ),
    Packaged(
        "decaying models",
        "decaying_model",
        "decaying_models",
        f"here.uuid = {made_uuid('s.uuid', 'decaying_models')}",
    ),
)


def take_numbers(taking: Taking) -> None:
    """Loads the packages first, if the hub has not."""
    for library in update_all():
        taking.count(f"from this hub’s packages: {library.name.replace('_', ' ')}", library.updated)
    for packaged in PACKAGED:
        cursor().execute(NUMBERS.format(table=packaged.table, staged=packaged.staged, same=packaged.same))
        row = cursor().execute("SELECT count(*) FROM renumbered").fetchone()
        if row and row[0]:
            _renumber(packaged)
            taking.count(f"numbers taken over from MISP: {packaged.kind}", row[0])
        cursor().execute("DROP TABLE renumbered")
        ids_reserved(packaged.table)


def _renumber(packaged: Packaged) -> None:
    execute = cursor().execute
    execute("SET CONSTRAINTS ALL DEFERRED")
    found = execute(REFERRING, (packaged.table,)).fetchall()
    for table, column in (*found, *packaged.unconstrained):
        execute(f'UPDATE {table} r SET "{column}" = n.new FROM renumbered n WHERE r."{column}" = n.old')
    # By way of negative numbers, as two rows may change places.
    execute(f"UPDATE {packaged.table} here SET id = -n.new FROM renumbered n WHERE here.id = n.old")
    execute(f"UPDATE {packaged.table} SET id = -id WHERE id < 0")
    execute("SET CONSTRAINTS ALL IMMEDIATE")


# A row that MISP does not know keeps its number unless MISP uses it for another.
NUMBERS = """
CREATE TEMPORARY TABLE renumbered AS
WITH matched AS (
    SELECT DISTINCT ON (here.id) here.id AS old, s.id AS new FROM {table} here
    JOIN move_in.{staged} s ON {same} ORDER BY here.id, s.id
), one AS (SELECT DISTINCT ON (new) old, new FROM matched ORDER BY new, old
), top AS (
    SELECT greatest((SELECT max(id) FROM {table}), (SELECT max(id) FROM move_in.{staged}), 0) AS id
), moved AS (
    SELECT here.id AS old, top.id + row_number() OVER (ORDER BY here.id) AS new
    FROM {table} here, top
    WHERE here.id NOT IN (SELECT old FROM one) AND here.id IN (SELECT id FROM move_in.{staged})
)
SELECT old, new FROM one WHERE old <> new UNION ALL SELECT old, new FROM moved
"""
REFERRING = """
SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.confrelid = %s::regclass AND cardinality(c.conkey) = 1
"""

NUMBER_STEP = Step("packaged_numbers", (), take_numbers)
