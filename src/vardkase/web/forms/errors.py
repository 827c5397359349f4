"""Maps service errors to form fields."""

from __future__ import annotations

from collections.abc import Callable

from django.forms import Form

from vardkase.core.errors import Invalid


def take_errors(form: Form, error: Invalid, words: Callable[[str], str] = str) -> None:
    """Add each message of `error`, translated by `words`, to its field, and the rest to the form."""
    if isinstance(error.errors, str):
        form.add_error(None, words(error.errors))
        return
    for name, messages in error.errors.items():
        form.add_error(name if name in form.fields else None, [words(message) for message in messages])
