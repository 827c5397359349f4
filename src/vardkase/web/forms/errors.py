"""What a service refuses, shown where it was written."""

from __future__ import annotations

from collections.abc import Callable

from django.forms import Form

from vardkase.core.errors import Invalid


def take_errors(form: Form, error: Invalid, words: Callable[[str], str] = str) -> None:
    """Put the messages of `error`, in `words`, at the fields they speak of, and the rest above the form."""
    if isinstance(error.errors, str):
        form.add_error(None, words(error.errors))
        return
    for name, messages in error.errors.items():
        form.add_error(name if name in form.fields else None, [words(message) for message in messages])
