"""Maps service errors to form fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.forms import Form

from vardkase.core.errors import Invalid


def take_errors(form: Form, error: Invalid, words: Callable[[str], str] = str) -> None:
    """Add each problem of `error`, translated by `words`, to its field, and the rest to the form."""
    if not isinstance(error.errors, Mapping):
        form.add_error(None, words(str(error)))
        return
    for name, problems in error.errors.items():
        form.add_error(name if name in form.fields else None, [words(str(problem)) for problem in problems])
