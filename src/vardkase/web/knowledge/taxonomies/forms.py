"""Form for a tag."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.knowledge.taxonomies import queries
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.problems import TagProblem
from vardkase.web.knowledge.tag_picker import TagPicker


class TagForm(forms.Form):
    """Fields have MISP's names, so that service errors land on the right field."""

    name = forms.CharField(
        label=_("Name"),
        max_length=2000,
        help_text=_('Such as campaign:winter-storm, or namespace:predicate="value".'),
    )
    colour = forms.CharField(
        label=_("Colour"), required=False, widget=forms.TextInput(attrs={"type": "color"})
    )
    org_id = forms.ChoiceField(label=_("Who may use it"), widget=forms.RadioSelect, initial=0)
    exportable = forms.BooleanField(
        label=_("Can be shared"),
        required=False,
        initial=True,
        help_text=_("If turned off, the tag is left out of everything that leaves the hub."),
    )
    local_only = forms.BooleanField(
        label=_("Local only"),
        required=False,
        help_text=_("It can only be added as a local tag, which is not sent with the event."),
    )
    hide_tag = forms.BooleanField(
        label=_("Hidden from selection"),
        required=False,
        help_text=_("It stays where it is used, but is no longer suggested."),
    )
    numerical_value = forms.IntegerField(
        label=_("Numerical value"),
        required=False,
        help_text=_("Used when the score of an attribute is calculated. 0 to 100 is usual."),
    )

    def __init__(self, actor: Actor, tag: Tag | None, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor, self.tag = actor, tag
        if tag and tag.org_id and not actor.is_site_admin:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = str(TagProblem.NOT_RENAMED())
        if not tag and not actor.is_site_admin:
            self.fields["org_id"].help_text = gettext(
                "You can always change and delete a tag that is only for your organisation, and one for everyone until "
                "it is in use. After that, only site administrators can."
            )
        owners = {0: gettext("Everyone"), actor.organisation_id: actor.organisation_name}
        if tag and tag.org_id not in owners:
            owners |= dict(Organisation.objects.filter(pk=tag.org_id).values_list("pk", "name"))
        self.fields["org_id"].choices = list(owners.items())  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        # Of a tag that the actor may not know nothing is said: the service answers as for a new one.
        if self.tag is None and queries.tags_named(self.actor, [name]):
            raise forms.ValidationError(gettext("There is already a tag with this name."))
        return name


class TagsForm(forms.Form):
    """Only what a search in a picker of tags needs."""

    tags = TagPicker()

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self.fields["tags"].ask(actor)  # type: ignore[attr-defined]
