"""Form of a saved search."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.saved_searches.models import SharedWith
from vardkase.analysis.saved_searches.rules import may_share_with_everyone
from vardkase.analysis.saved_searches.services import LONGEST_DESCRIPTION, LONGEST_NAME
from vardkase.core import json_limits
from vardkase.identity.access.actor import Actor

SHARED_WITH = {
    SharedWith.NOBODY: _("Only me"),
    SharedWith.ORGANISATION: _("Our organisation"),
    SharedWith.EVERYONE: _("Everyone on the hub"),
}


class SavedSearchForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    shared_with = forms.TypedChoiceField(
        label=_("Who can open it"),
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("Everyone gets the results that they may see themselves."),
    )
    kind = forms.CharField(widget=forms.HiddenInput)
    filters = forms.CharField(widget=forms.HiddenInput, strip=False)
    mark = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, actor: Actor, chosen: int, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Who may not share with everyone can still save a search that is shared so.
        offered = [
            (level.value, words)
            for level, words in SHARED_WITH.items()
            if level != SharedWith.EVERYONE or may_share_with_everyone(actor) or chosen == level
        ]
        self.fields["shared_with"].choices = offered  # type: ignore[attr-defined]

    def clean_filters(self) -> Any:
        try:
            return read_filters(self.cleaned_data["filters"])
        except ValueError:
            raise ValidationError(gettext("This is not JSON.")) from None


def read_filters(text: str) -> Any:
    """Raises ValueError."""
    return json_limits.decoded(text)


def written(filters: dict[str, Any]) -> str:
    return json.dumps(filters, ensure_ascii=False)
