"""Form for an external feed: its location, filters, and handling of its content."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import NotFound
from vardkase.exchange.feeds.headers import basic_authentication, masked_lines
from vardkase.exchange.feeds.models import HEADERS, Feed, InputSource, SourceFormat
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import organisations, usable_groups
from vardkase.knowledge.tag_collections.queries import visible_collections
from vardkase.knowledge.taxonomies.queries import find_tag
from vardkase.web.ui.forms.fields import PLAIN_TEXT, LinesField, WithinField
from vardkase.web.ui.forms.reach import ReachForm

FORMATS = (
    (SourceFormat.MISP, _("MISP feed: a list of events, with a file for each")),
    (SourceFormat.CSV, _("Table: values in columns (CSV)")),
    (SourceFormat.FREETEXT, _("Any text; values are detected automatically")),
)
PLACES = (
    (InputSource.NETWORK, _("On the web")),
    (InputSource.LOCAL, _("In the feeds folder on this server")),
)
EVENTS = (
    ("1", _("Always add to the same event")),
    ("0", _("A new event each time")),
)
FLAGS = (
    "enabled", "caching_enabled", "lookup_visible", "delete_local_file", "delta_merge", "publish", "override_ids",
    "force_to_ids",
)  # fmt: skip
"""Switches that the form shows as they are stored."""
OF_SETTINGS = ("disable_correlation", "unpublish_event")
LISTS = {
    "orgs_or": ("orgs", "OR"),
    "orgs_not": ("orgs", "NOT"),
    "tags_or": ("tags", "OR"),
    "tags_not": ("tags", "NOT"),
}
ONE_A_LINE = _("One per line.")


class FeedForm(ReachForm):
    inherits = True

    name = forms.CharField(label=_("Name"), max_length=255)
    provider = forms.CharField(
        label=_("Provider"),
        max_length=255,
        help_text=_("Who publishes the feed. It is shown beside its values."),
    )
    source_format = forms.ChoiceField(label=_("Format"), choices=FORMATS, widget=forms.RadioSelect)
    input_source = forms.ChoiceField(label=_("Location"), choices=PLACES, widget=forms.RadioSelect)
    url = forms.CharField(
        label=_("Address or path"),
        max_length=255,
        widget=forms.TextInput(attrs={"inputmode": "url", **PLAIN_TEXT}),
        help_text=_("An address that starts with https://, or a path in the feeds folder."),
    )
    delete_local_file = forms.BooleanField(
        label=_("Remove the file after fetching it"),
        required=False,
        help_text=_("Only for files on this server. A file is kept if its content could not be stored."),
    )
    basic_name = forms.CharField(
        label=_("User name"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", **PLAIN_TEXT}),
        help_text=_("Only if the feed’s server asks for a user name and password."),
    )
    basic_password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It is stored encrypted and is not shown again."),
    )
    headers = forms.CharField(
        label=_("Headers to send"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, **PLAIN_TEXT}),
        help_text=_(
            "One per line, as Name: value, such as a key from the provider. Stored values are shown as "
            "*****. Leave them unchanged to keep them."
        ),
    )
    enabled = forms.BooleanField(
        label=_("Fetch from the feed"),
        required=False,
        help_text=_(
            "Runs when started manually or by a scheduled task. Fetched content becomes events here."
        ),
    )
    caching_enabled = forms.BooleanField(
        label=_("Cache the feed’s values"),
        required=False,
        help_text=_("Shows next to a value that it is also in the feed, without creating events."),
    )
    lookup_visible = forms.BooleanField(
        label=_("Everyone on the hub can see matches with this feed"),
        required=False,
        help_text=_(
            "Otherwise, only the organisation that runs the hub can. A user’s role decides whether "
            "matches are shown at all."
        ),
    )
    orgs_or = LinesField(
        label=_("Only events created by these organisations"),
        help_text=_("Their names, one per line. Leave empty for all."),
    )
    orgs_not = LinesField(label=_("No events created by these organisations"), help_text=ONE_A_LINE)
    tags_or = LinesField(
        label=_("Only events with any of these tags"),
        help_text=_("Part of the tag’s name is enough. One per line. Leave empty for all."),
    )
    tags_not = LinesField(label=_("No events with any of these tags"), help_text=ONE_A_LINE)
    changed = WithinField(label=_("Only events changed within"))
    columns = forms.CharField(
        label=_("Columns with values"),
        required=False,
        max_length=200,
        help_text=_(
            "Their numbers, counted from 1 and separated by commas, such as 1,3. Leave empty for all."
        ),
    )
    delimiter = forms.CharField(
        label=_("Separator between columns"),
        required=False,
        max_length=1,
        strip=False,
        help_text=_("One character, such as a comma or a semicolon."),
    )
    excluderegex = forms.CharField(
        label=_("Leave out values that match"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs=PLAIN_TEXT),
        help_text=_("A regular expression, such as /example[.]com$/i."),
    )
    fixed_event = forms.ChoiceField(
        label=_("Where values are added"), choices=EVENTS, widget=forms.RadioSelect, required=False
    )
    event_id = forms.IntegerField(
        label=_("Event ID"),
        required=False,
        min_value=0,
        help_text=_("Leave empty to create an event the first time."),
    )
    delta_merge = forms.BooleanField(
        label=_("Values removed from the list are also removed from the event"),
        required=False,
        help_text=_(
            "Only if everything goes into the same event. Anything that people have added to that event is "
            "removed as well."
        ),
    )
    override_ids = forms.BooleanField(label=_("Mark nothing from the feed for detection"), required=False)
    force_to_ids = forms.BooleanField(
        label=_("Mark everything from the feed for detection"),
        required=False,
        help_text=_("If neither is set, the type of value decides."),
    )
    publish = forms.BooleanField(
        label=_("Publish fetched events at once"),
        required=False,
        help_text=_("They are then sent to connected hubs, feeds and e-mail recipients without review."),
    )
    unpublish_event = forms.BooleanField(
        label=_("Keep incoming events unpublished"),
        required=False,
        help_text=_("Someone here then reviews each event before it is passed on."),
    )
    disable_correlation = forms.BooleanField(
        label=_("Do not correlate incoming events"),
        required=False,
        help_text=_("For long, low-value lists that would otherwise correlate with everything."),
    )
    orgc_id = forms.ChoiceField(
        label=_("Create the events in the name of"),
        required=False,
        help_text=_(
            "If none is chosen, events keep the creator named by the feed, and lists get the organisation "
            "that runs the hub."
        ),
    )
    tag = forms.CharField(
        label=_("Tag everything"),
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs=PLAIN_TEXT),
        help_text=_("The name of an existing tag, which is added to everything from the feed."),
    )
    tag_collection_id = forms.ChoiceField(
        label=_("Tag collection"),
        required=False,
        help_text=_("All its tags are added to everything from the feed."),
    )

    def __init__(self, actor: Actor, feed: Feed | None, *args: Any, **options: Any) -> None:
        options.setdefault("initial", initial_of(feed) if feed else NEW)
        super().__init__(*args, groups=usable_groups(actor), **options)
        self.actor, self.feed = actor, feed
        self._choices("orgc_id", _("None chosen"), [(org.pk, org.name) for org in organisations("all")])
        collections = [(collection.pk, collection.name) for collection in visible_collections(actor)]
        self._choices("tag_collection_id", _("None"), collections)
        if not settings.VARDKASE_FEED_FOLDER and self["input_source"].value() != InputSource.LOCAL:
            del self.fields["input_source"], self.fields["delete_local_file"]

    def clean_tag(self) -> int:
        name = self.cleaned_data["tag"].strip()
        try:
            return find_tag(self.actor, name).pk if name else 0
        except NotFound:
            raise forms.ValidationError(_("No tag has this name.")) from None

    def wire(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            **{
                name: data[name]
                for name in ("name", "provider", "source_format", "url", *FLAGS)
                if name in data
            },
            **self.reach(),
            "input_source": data.get("input_source") or InputSource.NETWORK,
            "fixed_event": data["fixed_event"] != "0",
            "event_id": data["event_id"] or 0,
            "orgc_id": data["orgc_id"] or 0,
            "tag_id": data["tag"],
            "tag_collection_id": data["tag_collection_id"] or 0,
            "headers": self._headers(),
            "rules": self._rules(),
            "settings": self._settings(),
        }

    def _headers(self) -> str:
        data = self.cleaned_data
        if not data["basic_name"]:
            return str(data["headers"])
        # Name and password are sent in the same header, which replaces one that was written by hand.
        others = [
            line for line in data["headers"].splitlines() if not line.lower().startswith("authorization:")
        ]
        return "\n".join([*others, basic_authentication(data["basic_name"], data["basic_password"])])

    def _rules(self) -> dict[str, Any]:
        rules: dict[str, Any] = {"tags": {}, "orgs": {}}
        for field, (rule, side) in LISTS.items():
            rules[rule][side] = self.cleaned_data[field]
        times = times_of(self.feed)
        times.pop("timestamp", None)
        if self.cleaned_data["changed"]:
            times["timestamp"] = self.cleaned_data["changed"]
        return {**rules, **({"url_params": json.dumps(times)} if times else {})}

    def _settings(self) -> dict[str, Any]:
        data = self.cleaned_data
        # Settings without a field here, set over the API, stay as they are.
        kept = dict(self.feed.settings or {}) if self.feed else {}
        table = {"value": data["columns"], "delimiter": data["delimiter"] or ","}
        common = {"excluderegex": data["excluderegex"]}
        return {**kept, "csv": table, "common": common, **{name: data[name] for name in OF_SETTINGS}}

    def _choices(self, name: str, nothing: Any, choices: Sequence[tuple[int, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = [("", nothing), *choices]


NEW = {
    "source_format": SourceFormat.FREETEXT.value, "input_source": InputSource.NETWORK.value, "distribution": 0,
    "fixed_event": "1", "delimiter": ",",
}  # fmt: skip


def initial_of(feed: Feed) -> dict[str, Any]:
    stored: Mapping[str, Any] = feed.settings or {}
    table, common, rules = stored.get("csv") or {}, stored.get("common") or {}, feed.rules or {}
    lists = {name: (rules.get(rule) or {}).get(side) or [] for name, (rule, side) in LISTS.items()}
    plain = ("name", "provider", "source_format", "input_source", "url", "distribution", "orgc_id", *FLAGS)
    return {
        **{name: getattr(feed, name) for name in plain},
        **{name: str(stored.get(name) or "") not in ("", "0", "False") for name in OF_SETTINGS},
        **lists,
        "sharing_group_id": feed.sharing_group_id,
        "tag_collection_id": feed.tag_collection_id,
        "fixed_event": "1" if feed.fixed_event else "0",
        "event_id": feed.event_id or None,
        "tag": feed.tag.name if feed.tag else "",
        "headers": masked_lines(HEADERS.decrypt(feed.encrypted_headers)) or "",
        "changed": times_of(feed).get("timestamp", ""),
        "columns": table.get("value", ""),
        "delimiter": table.get("delimiter") or ",",
        "excluderegex": common.get("excluderegex", ""),
    }


def times_of(feed: Feed | None) -> dict[str, Any]:
    written = (feed.rules or {}).get("url_params") if feed else ""
    return dict(json.loads(written)) if written else {}
