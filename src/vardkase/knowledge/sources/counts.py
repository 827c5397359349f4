"""How many things each library holds, in one query; of those that everybody may read."""

from __future__ import annotations

from typing import NamedTuple

from vardkase.core.sql import cursor


class LibraryCounts(NamedTuple):
    taxonomies: int
    taxonomies_enabled: int
    warninglists: int
    warninglists_enabled: int
    noticelists: int
    noticelists_enabled: int
    object_templates: int
    object_templates_enabled: int
    import_expressions: int


def library_counts() -> LibraryCounts:
    return LibraryCounts(*cursor().execute(COUNTS).fetchall()[0])


COUNTS = """
SELECT
    (SELECT count(*) FROM taxonomy), (SELECT count(*) FROM taxonomy WHERE enabled),
    (SELECT count(*) FROM warninglist), (SELECT count(*) FROM warninglist WHERE enabled),
    (SELECT count(*) FROM noticelist), (SELECT count(*) FROM noticelist WHERE enabled),
    (SELECT count(DISTINCT uuid) FROM object_template), (SELECT count(*) FROM object_template WHERE active),
    (SELECT count(*) FROM import_expression)
"""
