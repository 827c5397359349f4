"""What a service refuses, shown where it was written."""

from __future__ import annotations

from django.forms import Form

from vardkase.core.errors import Invalid


def take_errors(form: Form, error: Invalid) -> None:
    """Put the messages of `error` at the fields they speak of, and the rest above the form."""
    if isinstance(error.errors, str):
        form.add_error(None, error.errors)
        return
    for name, messages in error.errors.items():
        form.add_error(name if name in form.fields else None, list(messages))
