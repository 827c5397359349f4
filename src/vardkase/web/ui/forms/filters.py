"""Base of the forms that filter a list."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest

from vardkase.web.ui.paging import first_page

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class FilterForm(forms.Form):
    """Filters of a list, each a query parameter. An invalid value is reported and ignored."""

    UNNAMED: frozenset[str] = frozenset()
    """Fields that are no filters to name, such as the order."""

    def asked(self) -> list[tuple[str, str, str]]:
        """The active filters as (name, label, value text)."""
        self.is_valid()
        found = []
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if name in self.UNNAMED or value in ("", None):
                continue
            if isinstance(field, forms.ChoiceField):
                # The chip's label says TLP already.
                value = str(dict(field.choices)[value]).removeprefix("TLP:")  # type: ignore[arg-type]
            found.append((name, str(field.label), str(value)))
        return found

    def chips(self, request: HttpRequest) -> list[dict[str, str]]:
        """The active filters, each with the address of the list without it."""
        return [
            {"label": f"{label}: {text}", "remove_url": first_page(request, **{name: None})}
            for name, label, text in self.asked()
        ]
