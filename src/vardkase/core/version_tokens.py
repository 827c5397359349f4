"""Version tokens of rows: a keyed hash of what is stored, by which a later save sees that someone has changed it since.

Without the key, whoever sees a token could test guesses of columns that the page does not show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Model
from django.utils.crypto import salted_hmac

from vardkase.core.errors import Conflict, NotFound
from vardkase.core.problems import CommonProblem

TOKEN_LENGTH = 18


class RowChanged(Conflict):
    """Somebody else has changed the row since the actor saw it."""

    def __init__(self) -> None:
        super().__init__(CommonProblem.CHANGED_MEANWHILE())


def version_token(row: Model) -> str:
    """Of all columns and of what is linked by them; a model leaves out those of `kept_by_hub` (which change without
    anybody editing the row), and adds what its `shown_with()` returns.
    """
    meta = row._meta  # noqa: SLF001 - Django's documented interface to a model's columns
    kept_by_hub: Collection[str] = getattr(row, "kept_by_hub", ())
    columns = [getattr(row, each.attname) for each in meta.concrete_fields if each.name not in kept_by_hub]
    linked = [
        sorted(getattr(row, each.name).values_list("pk", flat=True).order_by()) for each in meta.many_to_many
    ]
    further = list(row.shown_with()) if hasattr(row, "shown_with") else []
    content = [bytes(each) if isinstance(each, memoryview) else each for each in columns]
    stored = repr([row.pk, content, linked, further])
    return salted_hmac("version-token", stored, algorithm="sha256").hexdigest()[:TOKEN_LENGTH]


@contextmanager
def unchanged(row: Model, seen: str) -> Iterator[None]:
    """For the length of a block that saves it, the row is locked. Raises RowChanged if its token is not `seen` any
    more, and NotFound if it is gone.
    """
    with transaction.atomic():
        stored = _stored(row)
        if stored is None:
            raise NotFound
        if version_token(stored) != seen:
            raise RowChanged
        yield


def _stored(row: Model) -> Model | None:
    rows = type(row)._base_manager  # noqa: SLF001 - documented: managers of our own may leave rows out
    # Not FOR UPDATE, which would stop everybody who refers to the row.
    return rows.select_for_update(no_key=True, of=("self",)).filter(pk=row.pk).first()
