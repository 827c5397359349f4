"""The form of an own decaying model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.decaying_models.rules import LONGEST_NAME, RANGES
from vardkase.misp.types import TYPES
from vardkase.web.knowledge.decaying_models.labels import FORMULAS
from vardkase.web.ui.forms.fields import PLAIN_TEXT, LinesField
from vardkase.web.ui.forms.picker import Names, Picker
from vardkase.web.ui.forms.rows import RowForm, RowKind, Rows

WEIGHTS = "base_score_config"
MOST_WEIGHTS = 500


def _number_field(name: str, **options: Any) -> forms.FloatField:
    least, most = RANGES[name]
    # As text and localised: Swedish writes a comma, and the browser's own number fields follow its language.
    return forms.FloatField(min_value=least, max_value=most, localize=True, **options)


class DecayingModelForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=65_535
    )
    formula = forms.ChoiceField(
        label=_("How the score falls"),
        choices=[(name, format_lazy("{} – {}", *words)) for name, words in FORMULAS.items()],
        initial="Polynomial",
        widget=forms.RadioSelect,
    )
    lifetime = _number_field(
        "lifetime", label=_("Lifetime in days"), help_text=_("When the score has fallen to zero."), initial=30
    )
    decay_speed = _number_field(
        "decay_speed",
        label=_("Decay speed"),
        help_text=_("1 is a straight line. Above 1 the score falls fastest at first, below 1 at the end."),
        initial=1,
    )
    threshold = _number_field(
        "threshold",
        label=_("Threshold"),
        help_text=_("A value with a lower score counts as decayed."),
        initial=30,
    )
    default_base_score = _number_field(
        "default_base_score",
        label=_("Default base score"),
        help_text=_("What the score starts from when no tag says otherwise, usually 0 to 100."),
        initial=80,
    )
    attribute_types = Picker(
        label=_("Attribute types"), help_text=_("The model scores attributes of these types.")
    )
    ref = LinesField(label=_("References"), help_text=_("One per line."))
    all_orgs = forms.BooleanField(
        label=_("All organisations may use the model"), required=False, initial=True
    )
    enabled = forms.BooleanField(
        label=_("Enabled"), help_text=_("Used when scores are shown."), required=False, initial=True
    )

    def __init__(self, data: Any, *, stored: DecayingModel | None = None) -> None:
        super().__init__(data, initial=_initial(stored) if stored else {})
        self.fields["attribute_types"].source = Names(  # type: ignore[attr-defined]
            lambda text: (name for name in TYPES if text.lower() in name)
        )
        self._stored = stored.parameters if stored else {}

    def wire(self, weights: Mapping[str, float]) -> dict[str, Any]:
        """What the form does not show of the parameters stays as it is stored."""
        names = ("name", "description", "formula", "attribute_types", "ref", "all_orgs", "enabled")
        shown = {name: self.cleaned_data[name] for name in RANGES}
        return {
            **{name: self.cleaned_data[name] for name in names},
            "parameters": {**self._stored, **shown, WEIGHTS: dict(weights)},
        }


class WeightRow(RowForm):
    tag = forms.CharField(
        label=_("Taxonomy or predicate"),
        max_length=1000,
        widget=forms.TextInput(attrs={**PLAIN_TEXT, "list": "all-taxonomies"}),
        help_text=_("Such as estimative-language:confidence-in-analytic-judgment."),
    )
    weight = forms.FloatField(label=_("Weight"), min_value=0, max_value=1e6, localize=True, initial=1)

    @property
    def title(self) -> str:
        return self.entered("tag")[:80] or gettext("New weight")


class Weights(Rows[WeightRow]):
    """How much each taxonomy or predicate counts for the base score."""

    def __init__(self) -> None:
        kinds = [RowKind("weight", gettext("Add a weight"))]
        super().__init__(
            "weights", lambda _kind, data, **given: WeightRow(data, **given), kinds, MOST_WEIGHTS, "tag"
        )

    def show_stored(self, stored: DecayingModel | None) -> None:
        weights = (stored.parameters.get(WEIGHTS) if stored else None) or {}
        self.show([("weight", {"tag": name, "weight": weight}) for name, weight in weights.items()])

    def values(self) -> dict[str, float]:
        return {row.form.cleaned_data["tag"]: row.form.cleaned_data["weight"] for row in self.rows}


def _initial(stored: DecayingModel) -> dict[str, Any]:
    names = ("name", "description", "formula", "attribute_types", "ref", "all_orgs", "enabled")
    return {
        **{name: getattr(stored, name) for name in names},
        **{name: stored.parameters.get(name) for name in RANGES},
    }
