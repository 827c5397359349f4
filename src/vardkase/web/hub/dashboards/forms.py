"""Settings of a widget, and a layout to save."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.dashboards.services import LONGEST_NAME
from vardkase.hub.dashboards.widgets import MOST
from vardkase.web.hub.dashboards.presenters import LONGEST_TITLE

PERIODS = (("daily", _("Last day")), ("weekly", _("Last week")), ("monthly", _("Last month")))


class WidgetForm(forms.Form):
    alias = forms.CharField(
        label=_("Heading"),
        required=False,
        max_length=LONGEST_TITLE,
        help_text=_("Leave empty for the usual one."),
    )
    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False, initial="weekly")
    limit = forms.IntegerField(
        label=_("Lines to show"), min_value=1, max_value=MOST, required=False, initial=10
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, params: Collection[str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("period", "limit"):
            if name not in params:
                del self.fields[name]

    def config(self) -> dict[str, Any]:
        return {
            name: value for name, value in self.cleaned_data.items() if name != "seen" and value is not None
        }


class LayoutForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    description = forms.CharField(label=_("Description"), required=False, max_length=1000)
    selectable = forms.BooleanField(label=_("Everyone on this hub may use it"), required=False)

    def __init__(self, *args: Any, may_share: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not may_share:
            del self.fields["selectable"]
