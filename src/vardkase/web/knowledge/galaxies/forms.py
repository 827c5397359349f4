"""Forms of galaxies, clusters and relationships, and of the matrix pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.sql import SqlQuery
from vardkase.intel.queries.cluster_uses import Creator, events_created
from vardkase.knowledge.galaxies.documents import LONGEST
from vardkase.web.ui.forms.fields import PLAIN_TEXT, LinesField
from vardkase.web.ui.forms.filters import DATE, FilterForm
from vardkase.web.ui.forms.picker import Choices, Names, Picker
from vardkase.web.ui.forms.reach import ReachForm

LONGEST_DESCRIPTION = 100_000


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


class TacticsField(forms.CharField):
    """The columns of a matrix: a tab and its columns on each line; MISP's kill chain as `{tab: [columns]}`."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4, **PLAIN_TEXT})
        super().__init__(required=False, widget=widget, max_length=20_000, **options)

    def clean(self, value: Any) -> Any:
        chain: dict[str, list[str]] = {}
        for line in (super().clean(value) or "").splitlines():
            tab, colon, columns = line.partition(":")
            names = [name.strip() for name in columns.split(",") if name.strip()]
            if line.strip() and not (tab.strip() and colon and names):
                raise ValidationError(
                    gettext("Write a tab, a colon and its columns: %(line)s") % {"line": line}
                )
            if names:
                chain[tab.strip()] = names
        return chain

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{tab}: {', '.join(columns)}" for tab, columns in value.items())
        return value


class GalaxyForm(ReachForm):
    name = forms.CharField(label=_("Name"), max_length=LONGEST)
    type = forms.CharField(
        label=_("Type of galaxy"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs=PLAIN_TEXT),
        help_text=_(
            "A word that all tags of the galaxy contain, such as our-actors. It cannot be changed later. "
            "If it is left empty, the name is used."
        ),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    namespace = forms.CharField(label=_("Namespace"), required=False, max_length=LONGEST)
    kill_chain_order = TacticsField(
        label=_("Columns of a matrix"),
        help_text=_(
            "For galaxies with a matrix: on each line a tab, a colon, and its columns separated by commas, "
            "such as attack: initial-access, execution."
        ),
    )
    field_order = ("name", "type", "description", "namespace", "kill_chain_order")

    def __init__(self, *args: Any, is_new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_new:
            del self.fields["type"]

    def wire(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cleaned_data.items() if value or name != "type"}
        if not given.get("namespace"):
            given.pop("namespace", None)
        return given | self.reach()


class ClusterForm(ReachForm):
    """`elements` are pairs of key and value, in rows that are no fields of the form."""

    value = forms.CharField(label=_("Name"), max_length=1_900)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Markdown."),
    )
    source = forms.CharField(label=_("Source"), required=False, max_length=LONGEST)
    authors = LinesField(label=_("Authors"), help_text=_("One per line."))
    field_order = ("value", "description", "source", "authors")

    def wire(self, elements: Sequence[tuple[str, str]]) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in ("value", "description", "source", "authors")}
        pairs = [{"key": key, "value": value} for key, value in elements]
        return given | self.reach() | {"GalaxyElement": pairs}


class JsonForm(forms.Form):
    json = forms.CharField(
        label=_("JSON"),
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 8, **PLAIN_TEXT}),
        help_text=_('Nested keys are joined by dots: {"a": {"b": 1}} becomes a.b with the value 1.'),
    )


class RelationForm(ReachForm):
    targets = Picker(label=_("Related clusters"))
    referenced_galaxy_cluster_type = forms.CharField(
        label=_("Relationship"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs=PLAIN_TEXT),
        help_text=_("Such as similar, uses, targets, mitigates or subtechnique-of."),
    )
    tags = Picker(label=_("Tags"), help_text=_("Such as how likely the relationship is."))
    field_order = ("targets", "referenced_galaxy_cluster_type", "tags")

    def __init__(self, *args: Any, clusters: Choices, tags: Names, is_new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["tags"].source = tags  # type: ignore[attr-defined]
        if is_new:
            self.fields["targets"].source = clusters  # type: ignore[attr-defined]
        else:
            del self.fields["targets"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "targets" in self.fields and not cleaned.get("targets"):
            self.add_error("targets", gettext("Choose one or more clusters."))
        return cleaned

    def wire(self) -> dict[str, Any]:
        kind = self.cleaned_data["referenced_galaxy_cluster_type"]
        return self.reach() | {"referenced_galaxy_cluster_type": kind, "tags": self.cleaned_data["tags"]}
