"""Form for an own feed: its content, the organisation whose view it contains, and who may read it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.own_feeds.content import PUBLIC
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import organisations, usable_groups
from vardkase.web.exchange.tag_filters import GROUPS, TagFilterForm
from vardkase.web.ui.chips import REACHES
from vardkase.web.ui.forms.fields import PLAIN_TEXT, LinesField

OPEN, MEMBERS, TOKEN = "open", "members", "token"
READERS = (
    (MEMBERS, _("Members with their own key, and anyone who has the feed’s key")),
    (TOKEN, _("Only those who have the feed’s key")),
    (OPEN, _("Anyone: the feed is public")),
)


class OwnFeedForm(TagFilterForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        widget=forms.TextInput(attrs=PLAIN_TEXT),
        help_text=_(
            "Part of the feed’s address: letters from a to z, digits, - and _. It cannot be changed later."
        ),
    )
    organisation_id = forms.ChoiceField(
        label=_("Events visible to"),
        help_text=_("The feed never contains more than this organisation may read on the hub."),
    )
    distributions = forms.TypedMultipleChoiceField(
        label=_("Includes content shared with"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(level, REACHES[level]) for level in PUBLIC],
        help_text=_(
            "How widely something must be shared to be included in the feed. The same applies to each part "
            "of an event."
        ),
    )
    sharing_groups = forms.TypedMultipleChoiceField(
        label=_("And what is shared with these groups"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Such a feed is for members of all these groups and for those with its key."),
    )
    orgs = LinesField(
        label=_("Only events created by these organisations"),
        help_text=_("One per line. Prefix with ! to exclude."),
    )
    since = forms.CharField(
        label=_("Only what has been published since"),
        required=False,
        max_length=40,
        help_text=_("A date such as 2026-01-31, or a period such as 90d. Leave empty for no limit."),
    )
    local_tags = forms.BooleanField(
        label=_("Include tags that are meant for this hub only"),
        required=False,
        help_text=_("Leave this off unless the feed is for our own systems."),
    )
    readers = forms.ChoiceField(label=_("Who may read it"), choices=READERS, widget=forms.RadioSelect)
    enabled = forms.BooleanField(
        label=_("The feed is enabled"),
        required=False,
        help_text=_("A disabled feed is not written, and nobody can fetch it."),
    )

    def __init__(self, actor: Actor, feed: OwnFeed | None, *args: Any, **options: Any) -> None:
        options.setdefault("initial", initial_of(feed) if feed else new_for(actor))
        super().__init__(*args, **options)
        self.feed = feed
        self.ask_for_tags(actor, feed.filters if feed else {})
        self.order_fields(ORDER)
        chosen: Any = self.fields["organisation_id"]
        chosen.choices = [(org.pk, org.name) for org in organisations("local")]
        groups: Any = self.fields["sharing_groups"]
        groups.choices = [(group.pk, group.name) for group in usable_groups(actor)]
        if not groups.choices:
            del self.fields["sharing_groups"]
        if feed:
            del self.fields["name"]

    def data_for_service(self) -> dict[str, Any]:
        """The settings as the service takes them; filters that the form lacks are kept."""
        data = self.cleaned_data
        kept = {
            name: value
            for name, value in (self.feed.filters if self.feed else {}).items()
            if name not in SHOWN
        }
        shown = {"tags": self.tag_filter(), "org": data["orgs"], "publish_timestamp": data["since"]}
        return {
            **({"name": data["name"]} if "name" in data else {}),
            **{name: data[name] for name in ("organisation_id", "distributions", "local_tags", "enabled")},
            "sharing_groups": data.get("sharing_groups", []),
            "filters": kept | {name: value for name, value in shown.items() if value},
            "open": data["readers"] == OPEN,
            "members": data["readers"] == MEMBERS,
        }


SHOWN = ("tags", "org", "publish_timestamp")
ORDER = ("name", "organisation_id", "distributions", "sharing_groups", *GROUPS)


def new_for(actor: Actor) -> dict[str, Any]:
    return {
        "organisation_id": actor.organisation_id,
        "distributions": [3],
        "readers": MEMBERS,
        "enabled": True,
    }


def initial_of(feed: OwnFeed) -> dict[str, Any]:
    return {
        **{
            name: getattr(feed, name)
            for name in ("organisation_id", "distributions", "local_tags", "enabled")
        },
        "sharing_groups": [group.pk for group in feed.sharing_groups.all()],
        "orgs": feed.filters.get("org") or [],
        "since": feed.filters.get("publish_timestamp", ""),
        "readers": OPEN if feed.open else MEMBERS if feed.members else TOKEN,
    }
