"""Forms for TAXII: collections of this hub, and external servers to push to and poll."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.exchange.taxii import servers
from vardkase.exchange.taxii.collections import REACHES, saved_search
from vardkase.exchange.taxii.models import Collection, TaxiiServer
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import organisations, usable_groups
from vardkase.knowledge.taxonomies.queries import visible_tags
from vardkase.web.ui.chips import REACHES as REACH_WORDS
from vardkase.web.ui.forms.picker import SHOWN, Names, Picker, RowChoices

EVERYTHING = _("Leave empty for no restriction.")


class SearchForm(forms.Form):
    tags = Picker(label=_("Only events with any of these tags"), help_text=EVERYTHING)
    org = Picker(label=_("Only events created by these organisations"), help_text=EVERYTHING)
    more = forms.CharField(
        label=_("More filters"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_('In JSON, as for restSearch, such as {"threat_level_id": [1, 2]}. Most feeds need none.'),
    )
    distribution = forms.TypedChoiceField(label=_("Who may see what arrives"), coerce=int)
    sharing_group_id = forms.ChoiceField(label=_("Sharing group"), required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [(str(group.pk), group.name) for group in usable_groups(actor)]
        self.fields["sharing_group_id"].choices = [("", _("None")), *groups]  # type: ignore[attr-defined]
        self.fields["distribution"].choices = [(level, REACH_WORDS[level]) for level in sorted(REACHES)]  # type: ignore[attr-defined]
        tags, creators = self.fields["tags"], self.fields["org"]
        tags.source = Names(  # type: ignore[attr-defined]
            lambda text: (
                visible_tags(actor).filter(name__icontains=text).values_list("name", flat=True)[:SHOWN]
            )
        )
        creators.source = Names(  # type: ignore[attr-defined]
            lambda text: organisations("all", text).values_list("name", flat=True)[: SHOWN + 1],
            countable=True,
        )

    def clean_more(self) -> dict[str, Any]:
        try:
            return saved_search(self.cleaned_data["more"])
        except Invalid as error:
            raise ValidationError(str(error)) from None

    def filters(self) -> dict[str, Any]:
        data = self.cleaned_data
        chosen = {name: data[name] for name in ("tags", "org") if data[name]}
        return {**data["more"], **chosen}


class CollectionForm(SearchForm):
    name = forms.CharField(label=_("Name"), max_length=255, help_text=_("The name shown to others."))
    description = forms.CharField(
        label=_("Description"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Describe the contents for those choosing a collection."),
    )
    open_to_read = forms.BooleanField(label=_("Every organisation on this hub may read it"), required=False)
    readers = Picker(label=_("Only these may read it"), help_text=_("Our own organisation always may."))
    open_to_write = forms.BooleanField(
        label=_("Every organisation on this hub may write into it"), required=False
    )
    writers = Picker(
        label=_("Only these may write into it"),
        help_text=_("Our own organisation always may. Writing takes an account that may publish."),
    )

    def __init__(self, actor: Actor, collection: Collection | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, initial=_initial_collection(collection), **kwargs)
        for members in ("readers", "writers"):
            self.fields[members].source = RowChoices(lambda: organisations("local"))  # type: ignore[attr-defined]
        self.fields["sharing_group_id"].help_text = _(
            "If a group is chosen, the collection contains what is shared with it, and only its members can find it."
        )
        self.fields["distribution"].label = _("Who may see what others write into it")
        self.fields["distribution"].help_text = _("No sharing group.")

    def wire(self) -> dict[str, Any]:
        data = self.cleaned_data
        plain = ("name", "description", "distribution", "open_to_read", "open_to_write", "readers", "writers")
        group = data["sharing_group_id"] or 0
        return {**{name: data[name] for name in plain}, "sharing_group_id": group, "filters": self.filters()}


class TaxiiServerForm(SearchForm):
    name = forms.CharField(label=_("Name"), max_length=191, help_text=_("Shown only on this hub."))
    owner = forms.CharField(label=_("Run by"), required=False, max_length=191)
    baseurl = forms.CharField(
        label=_("Address"),
        max_length=191,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "off", "spellcheck": "false"}),
        help_text=_("The server’s web address, such as https://taxii.example.org."),
    )
    api_root = forms.CharField(
        label=_("API root"),
        max_length=191,
        help_text=_("The path of the API root, such as /taxii2/api/. Ask the server’s owner for it."),
    )
    api_key = forms.CharField(
        label=_("Our key on the server"),
        required=False,
        max_length=servers.LONGEST_KEY,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    collection = forms.CharField(
        label=_("Collection"),
        required=False,
        max_length=191,
        help_text=_("Its ID. Leave empty and test the server to choose from its collections."),
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, actor: Actor, server: TaxiiServer | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, initial=_initial_server(server), **kwargs)
        kept = server is not None and bool(server.encrypted_key)
        self.fields["api_key"].help_text = OLD_KEY if kept else NEW_KEY
        self.fields["distribution"].label = _("Who may see the events that arrive")
        self.fields["sharing_group_id"].help_text = _("If a group is chosen, only its members see them.")

    def wire(self) -> dict[str, Any]:
        data = self.cleaned_data
        plain = (
            "name",
            "owner",
            "baseurl",
            "api_root",
            "api_key",
            "collection",
            "description",
            "distribution",
        )
        group = data["sharing_group_id"] or 0
        return {**{name: data[name] for name in plain}, "sharing_group_id": group, "filters": self.filters()}


def _initial_search(filters: Mapping[str, Any]) -> dict[str, Any]:
    # A search written over the API may have these in another form: that one is shown as JSON.
    chosen = {
        name: values
        for name in ("tags", "org")
        if isinstance(values := filters.get(name), list) and all(isinstance(value, str) for value in values)
    }
    more = {name: value for name, value in filters.items() if name not in chosen}
    return {**chosen, "more": json.dumps(more, ensure_ascii=False) if more else ""}


def _initial_collection(collection: Collection | None) -> dict[str, Any]:
    if collection is None:
        return {"distribution": 0}
    plain = ("name", "description", "distribution", "open_to_read", "open_to_write")
    return {
        **{name: getattr(collection, name) for name in plain},
        **_initial_search(collection.filters),
        "sharing_group_id": collection.sharing_group_id or "",
        "readers": [str(organisation.pk) for organisation in collection.readers.all()],
        "writers": [str(organisation.pk) for organisation in collection.writers.all()],
    }


def _initial_server(server: TaxiiServer | None) -> dict[str, Any]:
    if server is None:
        return {"distribution": 0, "api_root": "/taxii2/api/"}
    plain = ("name", "owner", "baseurl", "api_root", "collection", "description", "distribution")
    return {
        **{name: getattr(server, name) for name in plain},
        **_initial_search(server.filters),
        "sharing_group_id": server.sharing_group_id or "",
    }


NEW_KEY = _(
    "Name and password separated by a colon (name:password), or the value the server expects in the "
    "Authorization header. It is stored encrypted and never shown again."
)
OLD_KEY = _("A key is stored. Enter a new one only to replace it, or if the address changes.")
