"""Base of the forms that filter a list."""

from __future__ import annotations

from django import forms

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
