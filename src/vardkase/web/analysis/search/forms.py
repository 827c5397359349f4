"""Filter form of the search page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.analysis.search.value_search import AttributeFilters
from vardkase.misp.types import CATEGORIES, TYPES
from vardkase.web.ui.forms.filters import DATE, FilterForm

DETECT = [("", _("Either")), ("1", pgettext_lazy("detect", "Yes")), ("0", pgettext_lazy("detect", "No"))]


class AttributeFilterForm(FilterForm):
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
