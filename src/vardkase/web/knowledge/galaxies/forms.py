"""Forms of the matrix pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.core.sql import SqlQuery
from vardkase.intel.queries.cluster_uses import Creator, events_created
from vardkase.web.ui.forms.filters import DATE, FilterForm


class MatrixFilterForm(FilterForm):
    """Which events the heat map counts."""

    since = forms.DateField(label=_("From date"), required=False, widget=DATE)
    until = forms.DateField(label=_("To date"), required=False, widget=DATE)
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    sector = forms.ChoiceField(label=_("Sector"), required=False)

    def __init__(self, *args: Any, creators: Sequence[Creator], **options: Any) -> None:
        super().__init__(*args, **options)
        organisations = [(str(creator.id), creator.name) for creator in creators]
        sectors = sorted({creator.sector for creator in creators if creator.sector})
        self.fields["organisation"].choices = [("", _("All organisations")), *organisations]  # type: ignore[attr-defined]
        self.fields["sector"].choices = [("", _("All sectors")), *((name, name) for name in sectors)]  # type: ignore[attr-defined]

    def events(self) -> SqlQuery:
        self.is_valid()
        chosen = self.cleaned_data
        return events_created(
            since=chosen.get("since"),
            until=chosen.get("until"),
            organisation=int(chosen["organisation"]) if chosen.get("organisation") else None,
            sector=chosen.get("sector", ""),
        )


class LayerForm(forms.Form):
    layer = forms.FileField(
        label=_("Layer of ATT&CK Navigator (JSON)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )
