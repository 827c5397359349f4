"""Forms of what several people may edit: what one saves never replaces what another has saved since, unseen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest

from vardkase.core.version_tokens import RowChanged, unchanged, version_token
from vardkase.web.ui.forms import posted


class ShownVersion:
    """Which version of `stored` a form shows; components/version.html keeps it in the form. None, and a row not stored
    yet: it makes something new.

    A form that was refused shows what is stored now, so that saving again replaces it on purpose.
    """

    def __init__(self, request: HttpRequest, stored: Model | None) -> None:
        # A row whose key is another's has one before it is stored.
        stored = None if stored is None or stored._state.adding else stored  # noqa: SLF001  # Documented by Django.
        self._stored = stored
        self._current = version_token(stored) if stored else ""
        self._seen = posted.text(request, "mark") if request.method == "POST" else ""
        self.is_outdated = False
        self.differences: list[dict[str, Any]] = []

    @property
    def mark(self) -> str:
        return self._current if self.is_outdated else self._seen or self._current

    @contextmanager
    def saving(self, form: forms.BaseForm) -> Iterator[None]:
        """For the length of a block that saves. Raises RowChanged, which components/version.html then shows."""
        if self._stored is None or not self._seen:
            yield
            return
        try:
            with unchanged(self._stored, self._seen):
                yield
        except RowChanged:
            self.is_outdated = True
            self.differences = differences(form)
            raise

    def status(self, form: forms.BaseForm) -> int:
        return 409 if self.is_outdated else 422 if form.errors else 200


def differences(form: forms.BaseForm) -> list[dict[str, Any]]:
    """What the form would change in what is stored now, field by field; not files and secrets."""
    return [
        {"label": form[name].label, "stored": form.initial.get(name), "written": form[name].value()}
        for name in form.changed_data
        if not isinstance(form.fields[name].widget, forms.FileInput | forms.PasswordInput | forms.HiddenInput)
    ]
