"""Removing content from entries, where the law demands it. Who did what, and when, stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any


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


def entries_that_name(change: Mapping[str, Any]) -> dict[int, str]:
    """The ids in an entry of `audit.redacted`, each with the digest of what the entry holds since.

    Empty where an earlier version wrote none.
    """
    ids, contents = change.get("entries"), change.get("contents")
    if not isinstance(ids, list):
        return {}
    if not isinstance(contents, list) or len(contents) != len(ids):
        contents = [""] * len(ids)
    return {id: str(digest) for id, digest in zip(ids, contents, strict=True) if isinstance(id, int)}


def digest_left(entry: Mapping[str, Any]) -> str:
    """As `audit_redact` writes it: over the title and PostgreSQL's text of the change."""
    text = f"{entry['title']}\n{_as_jsonb(entry['change'])}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _as_jsonb(value: object) -> str:
    """jsonb as text: keys by length and then by byte."""
    if isinstance(value, dict):
        named = sorted((len(name.encode()), name.encode(), name) for name in value)
        parts = (f"{json.dumps(name, ensure_ascii=False)}: {_as_jsonb(value[name])}" for *_, name in named)
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_as_jsonb, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
