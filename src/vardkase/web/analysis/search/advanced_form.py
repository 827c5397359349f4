"""The form of the advanced search: the parameters of restSearch, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.kept_filters import LONGEST, kept_filters
from vardkase.core import json_limits
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import usable_groups
from vardkase.knowledge.decaying_models.queries import visible_models
from vardkase.knowledge.tag_choices import tag_choices
from vardkase.misp.time import LONGEST_DATE, is_unmistakable
from vardkase.misp.types import CATEGORIES, TYPES
from vardkase.web.identity.organisations.names import organisation_names
from vardkase.web.ui.chips import REACHES, THREATS
from vardkase.web.ui.forms.picker import Choices, Names, Picker, RowChoices

LINES = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"})
YES_NO = [
    ("", _("Any")),
    ("1", pgettext_lazy("condition", "Yes")),
    ("0", pgettext_lazy("condition", "No")),
]
TIME_HINT = _("A date, 2026-11-01, or a time back, 7d or 12h.")
EVENTS = frozenset({Scope.EVENTS})
ATTRIBUTES = frozenset({Scope.ATTRIBUTES})
OBJECTS = frozenset({Scope.OBJECTS})
ALL = EVENTS | ATTRIBUTES | OBJECTS


class SearchTimeField(forms.CharField):
    """A time as restSearch takes it, but for one that it cannot read or takes for another than is meant."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=LONGEST_DATE, **kwargs)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not is_unmistakable(value, now_seconds()):
            raise ValidationError(_("Enter a date, such as 2026-11-01, or a time back, such as 7d."))


def _line(label: Any, help_text: Any = "", longest: int = 500) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=longest, help_text=help_text)


def _lines(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=5000, widget=LINES, help_text=help_text)


def _yes_no(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=YES_NO)


class AdvancedForm(forms.Form):
    value = _lines(_("Any of these values"), _("One per line. % at either end matches any text."))
    value_not = _lines(_("None of these values"), _("One value per line."))
    type = Picker(label=_("Any of these types"))
    type_not = Picker(label=_("None of these types"))
    category = Picker(label=_("Any of these categories"))
    category_not = Picker(label=_("None of these categories"))
    object_relation = _line(
        _("Role in an object"),
        _("The attribute’s name in the object template, such as filename. Separate several with commas."),
    )
    object_name = _line(_("Name of the object"), _("As in its template, such as file. Separate by commas."))
    to_ids = _yes_no(_("For detection"))
    searchall = _line(
        _("Text anywhere in the event"),
        _("In titles, values, comments and tags. Cannot be combined with other conditions."),
    )

    tags = Picker(label=_("Any of these tags"), help_text=_("Tags, actors and techniques."))
    tags_all = Picker(label=_("All of these tags"))
    tags_not = Picker(label=_("None of these tags"))
    event_tags_only = forms.BooleanField(label=_("Only tags of the event itself"), required=False)
    galaxy_key = _line(
        _("Property of a galaxy cluster"), _("Its name, such as synonyms or country."), longest=100
    )
    galaxy_value = _line(_("Value of that property"), _("% at either end matches any text."))

    eventinfo = _line(_("Title contains"))
    eventid = _line(_("Events"), _("Numbers or UUIDs, separated by commas."), longest=2000)
    uuid = _line(_("UUIDs"), _("Of events, attributes or objects, separated by commas."), longest=2000)
    org = Picker(label=_("Created by any of"))
    org_not = Picker(label=_("Created by none of"))
    org_sector = _line(_("Sector of the creator"), longest=255)
    org_nationality = _line(_("Country of the creator"), longest=255)
    org_local = _yes_no(_("Creator is a member here"))
    threat_level_id = forms.MultipleChoiceField(
        label=_("Threat level"),
        required=False,
        choices=[(str(level), word) for level, (_css, _n, word) in THREATS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    distribution = forms.MultipleChoiceField(
        label=_("Distribution"),
        required=False,
        choices=[(str(level), REACHES[level]) for level in range(5)],
        widget=forms.CheckboxSelectMultiple,
    )
    sharinggroup = Picker(label=_("Shared with any of these groups"))
    published = _yes_no(pgettext_lazy("event", "Published"))
    protected = _yes_no(_("Protected by signatures"))

    date_from = SearchTimeField(label=_("Event date from"), help_text=TIME_HINT)
    date_until = SearchTimeField(label=_("Event date to"))
    published_from = SearchTimeField(label=_("Published since"), help_text=TIME_HINT)
    published_until = SearchTimeField(label=_("Published before"))
    event_from = SearchTimeField(label=_("Event changed since"), help_text=TIME_HINT)
    event_until = SearchTimeField(label=_("Event changed before"))
    changed_from = SearchTimeField(label=_("Attribute changed since"), help_text=TIME_HINT)
    changed_until = SearchTimeField(label=_("Attribute changed before"))
    first_seen_from = SearchTimeField(label=_("First seen since"), help_text=TIME_HINT)
    first_seen_until = SearchTimeField(label=_("First seen before"))
    last_seen_from = SearchTimeField(label=_("Last seen since"), help_text=TIME_HINT)
    last_seen_until = SearchTimeField(label=_("Last seen before"))

    deleted = forms.ChoiceField(
        label=_("Deleted attributes and objects"),
        required=False,
        choices=[("", _("Leave out")), ("both", _("Include")), ("only", _("Only deleted ones"))],
    )
    enforce_warninglist = forms.BooleanField(
        label=_("Leave out values on warninglists"),
        required=False,
        help_text=_("From files and the API. The list here shows them."),
    )
    exclude_decayed = forms.BooleanField(
        label=_("Leave out what has decayed"),
        required=False,
        help_text=_("From files and the API. The list here shows it."),
    )
    decaying_model = Picker(label=_("By these decaying models"))
    score = _line(_("Lowest decay score"), _("0–100; otherwise that of the model."), longest=5)
    more = forms.CharField(
        label=_("Other parameters"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_('In JSON, as for restSearch, such as {"includeEventTags": 1}.'),
    )

    def __init__(self, actor: Actor, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        sources: dict[str, Choices] = {
            "type": _named(sorted(TYPES)),
            "category": _named(sorted(CATEGORIES)),
            "tags": Names(lambda text: (choice.name for choice in tag_choices(actor, text)), free=True),
            "org": Names(lambda text: organisation_names(actor, text), free=True, countable=True),
            "sharinggroup": RowChoices(lambda: usable_groups(actor)),
            "decaying_model": RowChoices(lambda: visible_models(actor)),
        }
        for name, field in self.fields.items():
            if isinstance(field, Picker):
                field.source = sources[name.removesuffix("_not").removesuffix("_all")]
        for name in set(self.fields) - fields_in(scope):
            del self.fields[name]

    def clean_more(self) -> dict[str, Any]:
        text = self.cleaned_data["more"].strip()
        try:
            return kept_filters(self.scope, json_limits.decoded(text)) if text else {}
        except ValueError:
            raise ValidationError(gettext("This is not JSON.")) from None
        except Invalid as error:
            raise ValidationError(str(error)) from None

    def clean_score(self) -> str:
        text = str(self.cleaned_data["score"]).strip()
        if text and not (text.isdecimal() and int(text) <= 100):
            raise ValidationError(gettext("Enter a number from 0 to 100."))
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("galaxy_key")) != bool(data.get("galaxy_value")) and not self.errors:
            missing = "galaxy_value" if data.get("galaxy_key") else "galaxy_key"
            self.add_error(missing, gettext("Enter both the property and its value."))
        if data.get("searchall") and any(value for name, value in data.items() if name != "searchall"):
            self.add_error("searchall", gettext("Remove the other conditions, or this one."))
        return data


def _named(names: Iterable[str]) -> Names:
    return Names(lambda text: (name for name in names if text.lower() in name.lower()), free=True)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form, and in which scopes each of its fields is."""

    title: Promise
    fields: dict[str, frozenset[Scope]]


SECTIONS = (
    Section(
        _("Values"),
        {
            **dict.fromkeys(
                ("value", "value_not", "type", "type_not", "category", "category_not", "to_ids"), ALL
            ),
            "object_name": OBJECTS,
            "object_relation": ALL,
            "searchall": EVENTS,
        },
    ),
    Section(
        _("Tags and galaxies"),
        {
            **dict.fromkeys(("tags", "tags_all", "tags_not"), ALL),
            **dict.fromkeys(("event_tags_only", "galaxy_key", "galaxy_value"), EVENTS),
        },
    ),
    Section(
        _("Event"),
        {
            **dict.fromkeys(("eventinfo", "eventid", "uuid", "org", "org_not"), ALL),
            "published": ALL,
            **dict.fromkeys(("threat_level_id", "sharinggroup"), EVENTS | ATTRIBUTES),
            **dict.fromkeys(
                ("distribution", "org_sector", "org_nationality", "org_local", "protected"), EVENTS
            ),
        },
    ),
    Section(
        _("Time"),
        {
            **dict.fromkeys(("date_from", "date_until", "published_from", "published_until"), ALL),
            **dict.fromkeys(("event_from", "event_until"), ALL),
            **dict.fromkeys(("changed_from", "changed_until"), ATTRIBUTES),
            **dict.fromkeys(
                ("first_seen_from", "first_seen_until", "last_seen_from", "last_seen_until"),
                ATTRIBUTES | OBJECTS,
            ),
        },
    ),
    Section(
        _("What to leave out, and other parameters"),
        {
            **dict.fromkeys(("deleted", "enforce_warninglist", "more"), ALL),
            **dict.fromkeys(("exclude_decayed", "decaying_model", "score"), ATTRIBUTES),
        },
    ),
)


def fields_in(scope: Scope) -> set[str]:
    """The names of the fields that a search in this scope has."""
    return {name for section in SECTIONS for name, scopes in section.fields.items() if scope in scopes}
