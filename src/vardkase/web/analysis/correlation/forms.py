"""Forms of exclusions from correlation, and of rules between events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.correlation.models import CorrelationRule, Selector
from vardkase.analysis.correlation.rule_services import LONGEST, MOST_SELECTED
from vardkase.identity.organisations.queries import organisations
from vardkase.misp.flags import as_int
from vardkase.web.ui.forms.fields import PLAIN_TEXT, LinesField
from vardkase.web.ui.forms.picker import Picker, RowChoices

MOST_ADDED = 500
OF_ORGANISATIONS = (Selector.CREATOR, Selector.OWNER)
WILDCARDS = _("A percent sign at the start or the end stands for any characters.")


class NewExclusionsForm(forms.Form):
    values = LinesField(label=_("Values"), help_text=_("One per line, at most 500."), max_length=200_000)
    comment = forms.CharField(label=_("Comment"), required=False, max_length=1000)

    def clean_values(self) -> list[str]:
        values: list[str] = self.cleaned_data["values"]
        if not values:
            raise forms.ValidationError(_("Enter a value."))
        if len(values) > MOST_ADDED:
            raise forms.ValidationError(_("Add at most 500 values at a time."))
        return values


class ExclusionForm(forms.Form):
    value = forms.CharField(
        label=_("Value"), widget=forms.TextInput(attrs=PLAIN_TEXT), help_text=WILDCARDS, max_length=65_535
    )
    comment = forms.CharField(label=_("Comment"), required=False, max_length=1000)


class CorrelationRuleForm(forms.Form):
    """A rule of one kind of selector: `organisations` or `entries`, which are numbers or titles."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST)
    comment = forms.CharField(
        label=_("Comment"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000
    )
    organisations = Picker(label=_("Organisations"))
    entries = LinesField(label=_("Events"), max_length=MOST_SELECTED * (LONGEST + 1))

    def __init__(self, data: Any, *, selector: Selector, stored: CorrelationRule | None = None) -> None:
        super().__init__(data, initial=_initial(stored) if stored else {})
        self.selector = selector
        if selector in OF_ORGANISATIONS:
            del self.fields["entries"]
            self.fields["organisations"].source = RowChoices(lambda: organisations("all"))  # type: ignore[attr-defined]
            return
        del self.fields["organisations"]
        if selector is Selector.EVENT_ID:
            self.fields["entries"].label = _("Event numbers")
            self.fields["entries"].help_text = _("One per line.")
        else:
            self.fields["entries"].label = _("Titles")
            self.fields["entries"].help_text = _(
                "One per line. A percent sign at the start or the end stands for any characters."
            )

    @property
    def selected(self) -> str:
        """The name of the field that holds what is selected."""
        return "organisations" if self.selector in OF_ORGANISATIONS else "entries"

    def wire(self) -> dict[str, Any]:
        chosen = self.cleaned_data[self.selected]
        if self.selector is not Selector.EVENT_INFO:
            # What is no number is left as it is, for the service to refuse.
            numbers = [as_int(entry.removeprefix("#")) for entry in chosen]
            chosen = [
                entry if number is None else number for entry, number in zip(chosen, numbers, strict=True)
            ]
        written = {name: self.cleaned_data[name] for name in ("name", "comment")}
        return {**written, "selector_type": self.selector.value, "selector_list": chosen}


def _initial(stored: CorrelationRule) -> dict[str, Any]:
    chosen = [str(entry) for entry in stored.selector_list]
    return {"name": stored.name, "comment": stored.comment, "organisations": chosen, "entries": chosen}
