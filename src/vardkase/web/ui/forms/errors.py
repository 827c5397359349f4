"""Shows what a service refuses: in the form that was sent, or on the next page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType

from django.contrib import messages
from django.forms import Field, Form
from django.http import HttpRequest
from django.utils.translation import gettext

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.version_tokens import RowChanged
from vardkase.web.ui.forms.picker import Picker


class ErrorsShown(AbstractContextManager[None, bool]):
    """Shows an Invalid or a Conflict of the block by `show`; the view goes on after the block."""

    def __init__(self, show: Callable[[Invalid | Conflict], None]) -> None:
        self._show = show

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Invalid | Conflict):
            return False
        self._show(error)
        return True


def errors_shown_in(form: Form, *, fields: Mapping[str, str] | None = None) -> ErrorsShown:
    """For a form that is valid as far as its own fields go; `fields` as `take_errors` takes it."""
    return ErrorsShown(lambda error: take_errors(form, error, fields=fields))


def errors_shown_as_message(request: HttpRequest) -> ErrorsShown:
    """For small POSTs, which have no form to show again."""
    return ErrorsShown(lambda error: messages.error(request, str(error)))


def take_errors(form: Form, error: Invalid | Conflict, *, fields: Mapping[str, str] | None = None) -> None:
    """Add each problem of `error` to its field, and the rest to the form.

    `fields`: the field of a member that is named otherwise in the form; of a path such as ``rules.3.title``, the
    last name counts.
    """
    if isinstance(error, RowChanged):
        return  # components/version.html says it, with both versions.
    if isinstance(error, Conflict) or not isinstance(error.errors, Mapping):
        form.add_error(None, str(error))
        return
    for path, problems in error.errors.items():
        names = [(fields or {}).get(path, path), path.rpartition(".")[2]]
        field = next((name for name in names if name in form.fields), None)
        form.add_error(field, [_words(form.fields[field] if field else None, each) for each in problems])


def _words(field: Field | None, problem: Problem) -> str:
    """Nothing is filled in where something is to be chosen."""
    if isinstance(field, Picker) and problem.code in (CommonProblem.MISSING, CommonProblem.REQUIRED):
        return gettext("Choose at least one.")
    return str(problem)
