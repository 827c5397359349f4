"""Maps service errors to form fields."""

from __future__ import annotations

from collections.abc import Mapping

from django.forms import Form

from vardkase.core.errors import Invalid


def take_errors(form: Form, error: Invalid, *, fields: Mapping[str, str] | None = None) -> None:
    """Add each problem of `error` to its field, and the rest to the form.

    `fields`: the field of a member that is named otherwise in the form; of a path such as ``rules.3.title``, the
    last name counts.
    """
    if not isinstance(error.errors, Mapping):
        form.add_error(None, str(error))
        return
    for path, problems in error.errors.items():
        names = [(fields or {}).get(path, path), path.rpartition(".")[2]]
        field = next((name for name in names if name in form.fields), None)
        form.add_error(field, list(map(str, problems)))
