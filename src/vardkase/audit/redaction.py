"""Removing content from entries, where the law demands it. Who did what, and when, stays."""

from __future__ import annotations

from collections.abc import Sequence


def redaction(
    condition: str, *, title: str | None = None, removed: str | None = None, fields: Sequence[str] = ()
) -> str:
    """The statement that empties the entries for which `condition` holds.

    `title` is the SQL of the title that they get, and `removed` that of the mark in place of their change; without
    it only `fields` of the change go.
    """
    names = ", ".join(f"'{name}'" for name in fields)
    return f"""
    SELECT audit_redact((SELECT array_agg(id) FROM audit_entry WHERE {condition}),
                        {title or "NULL"}, {removed or "NULL"}, ARRAY[{names}]::text[])
    """


def entries_that_name(change: dict[str, object]) -> list[int]:
    """The ids in an entry of `audit.redacted`."""
    ids = change.get("entries")
    return [id for id in ids if isinstance(id, int)] if isinstance(ids, list) else []
