"""Forms for collections and their elements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.intel.collections.documents import LONGEST_NAME, LONGEST_TEXT
from vardkase.intel.collections.models import ElementType
from vardkase.intel.queries.find import find_event
from vardkase.knowledge.galaxies.queries import clusters_by_tag, find_cluster
from vardkase.misp.fields import UUID
from vardkase.web.intel.collections.choices import Elements
from vardkase.web.intel.collections.presenters import TYPES
from vardkase.web.ui.forms.picker import Picker
from vardkase.web.ui.forms.reach import ReachForm

MOST_AT_ONCE = 50


class CollectionFieldsForm(ReachForm):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    type = forms.ChoiceField(label=_("Type"), choices=list(TYPES.items()))
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ("name", "type", "description")

    def document(self) -> dict[str, Any]:
        named = {name: self.cleaned_data[name] for name in ("name", "type", "description")}
        return named | self.reach()


class ElementForm(forms.Form):
    """Events and clusters: those found by search are named by uuid, others as people know them."""

    element = Picker(
        label=_("Events and galaxy clusters"),
        help_text=_("Search for the title, number or UUID of an event, or the name of a galaxy cluster."),
    )
    description = forms.CharField(
        label=_("Why it belongs here (optional)"), required=False, max_length=LONGEST_TEXT
    )

    def __init__(self, actor: Actor, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor
        self.fields["element"].source = Elements(actor)  # type: ignore[attr-defined]

    def clean_element(self) -> list[dict[str, str]]:
        named: list[str] = self.cleaned_data["element"]
        if not named:
            raise forms.ValidationError(gettext("Choose at least one event or galaxy cluster."))
        if len(named) > MOST_AT_ONCE:
            raise forms.ValidationError(gettext("Choose at most %(most)s at once.") % {"most": MOST_AT_ONCE})
        return [self._element(name) for name in named]

    def _element(self, named: str) -> dict[str, str]:
        text = named.strip().removeprefix("#").lower()
        if text.isdecimal() or UUID.fullmatch(text):
            try:
                event = find_event(self.actor, text)
                return {"element_type": ElementType.EVENT, "element_uuid": str(event.uuid)}
            except NotFound:
                pass
        if UUID.fullmatch(text):
            try:
                cluster = find_cluster(self.actor, text)
                return {"element_type": ElementType.GALAXY_CLUSTER, "element_uuid": str(cluster.uuid)}
            except NotFound:
                pass
        if cluster_named := clusters_by_tag(self.actor, [text]).get(text):
            return {"element_type": ElementType.GALAXY_CLUSTER, "element_uuid": str(cluster_named.uuid)}
        raise forms.ValidationError(
            gettext("There is no event or galaxy cluster with this name that you can read.")
        )

    def documents(self) -> list[dict[str, str]]:
        description = self.cleaned_data["description"]
        return [{**element, "description": description} for element in self.cleaned_data["element"]]


class ChooseForm(forms.Form):
    """Which collection an event or cluster is added to."""

    collection = forms.TypedChoiceField(
        label=_("Collection"), coerce=int, error_messages={"required": _("Choose a collection.")}
    )
    description = forms.CharField(
        label=_("Why it belongs here (optional)"), required=False, max_length=LONGEST_TEXT
    )
