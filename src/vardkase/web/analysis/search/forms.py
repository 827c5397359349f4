"""Filter form of the search page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.analysis.search.value_search import AttributeFilters
from vardkase.misp.types import CATEGORIES, TYPES
from vardkase.web.intel.events.forms import DATE

DETECT = [("", _("Either")), ("1", pgettext_lazy("detect", "Yes")), ("0", pgettext_lazy("detect", "No"))]


class AttributeFilterForm(forms.Form):
    """The search filters, each a query parameter. An invalid value is reported and ignored."""

    type = forms.ChoiceField(
        label=_("Type"),
        required=False,
        choices=[("", _("Any type")), *((name, name) for name in sorted(TYPES))],
    )
    category = forms.ChoiceField(
        label=_("Category"),
        required=False,
        choices=[("", _("Any category")), *((name, name) for name in sorted(CATEGORIES))],
    )
    to_ids = forms.ChoiceField(label=_("For detection"), required=False, choices=DETECT)
    since = forms.DateField(label=_("Changed after"), required=False, widget=DATE)
    until = forms.DateField(label=_("Changed before"), required=False, widget=DATE)

    def filters(self) -> AttributeFilters:
        self.is_valid()
        data = self.cleaned_data
        return AttributeFilters(
            type=data.get("type", ""),
            category=data.get("category", ""),
            to_ids={"1": True, "0": False}.get(data.get("to_ids", "")),
            since=data.get("since"),
            until=data.get("until"),
        )

    def asked(self) -> list[tuple[str, str, str]]:
        """The active filters as (name, label, value text)."""
        self.is_valid()
        return [
            (name, str(field.label), self._words(name))
            for name, field in self.fields.items()
            if self.cleaned_data.get(name) not in ("", None)
        ]

    def _words(self, name: str) -> str:
        value, field = self.cleaned_data[name], self.fields[name]
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices)[value])  # type: ignore[arg-type]
        return str(value)
