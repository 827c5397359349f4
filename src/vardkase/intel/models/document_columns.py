"""Marks the columns that a document may carry."""

from __future__ import annotations

from typing import Any

from django.db import models


def sent[F: models.Field[Any, Any]](column: F) -> F:
    """`column`, to be read from documents and described as input of the API: a column without this is the hub's own.

    A column with a rule of its own has its reader in `vardkase.misp`; others are read by their type.
    """
    column.is_sent = True  # type: ignore[attr-defined]
    return column
