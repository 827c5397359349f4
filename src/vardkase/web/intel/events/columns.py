"""The columns of an event's table of attributes: which there are, which the reader chose, which are empty."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.analysis.correlation.queries import has_correlations
from vardkase.identity.access.actor import Actor
from vardkase.identity.user_settings.display import chosen_columns
from vardkase.intel.queries.attribute_lines import filled_columns
from vardkase.intel.sightings.queries import sighted_attributes
from vardkase.knowledge.decaying_models.queries import visible_models
from vardkase.knowledge.warninglists.queries import any_enabled

LARGE = 20_000
"""Attributes of an event above which no column is looked through for being empty, and counts come after the rows."""


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    label: str | Promise
    sort: str = ""
    icon: str = ""
    """Stands in the head in place of the label, which becomes its tooltip."""

    @property
    def css(self) -> str:
        return f"{self.key}-cell"


COLUMNS = (
    Column("detection", _("Detection"), icon="focus-2"),
    Column("category", _("Category"), "category"),
    Column("tags", _("Tags")),
    Column("reach", _("Distribution")),
    Column("comment", _("Comment")),
    Column("seen", _("First and last seen")),
    Column("sightings", _("Sightings"), icon="eye"),
    Column("decay", _("Decay score"), icon="hourglass-low"),
    Column("correlations", _("Correlations"), icon="link"),
    Column("warninglists", _("Warninglists"), icon="alert-triangle"),
    Column("updated", pgettext_lazy("when", "Updated"), "updated"),
)
"""Beside type and value, which are always there."""
KEYS = frozenset(column.key for column in COLUMNS)
USUAL = KEYS - {"warninglists"}
"""What a reader sees who has chosen nothing: the few values on warninglists say so themselves."""


@dataclass(frozen=True, slots=True)
class ShownColumns:
    columns: Sequence[Column]
    chosen: Collection[str]
    """What the reader asked for; empty columns are not among `columns` all the same."""
    is_chosen: bool

    @property
    def keys(self) -> list[str]:
        return [column.key for column in self.columns]


def shown_columns(actor: Actor, event_id: int, *, is_large: bool, opened: str | None = None) -> ShownColumns:
    """`opened` names those of a table that is open already; otherwise what the reader chose, but for empty ones."""
    stored = chosen_columns(actor)
    chosen = USUAL if stored is None else KEYS.intersection(stored)
    if opened is not None:
        filled: Collection[str] = named(opened)
    elif is_large:
        filled = KEYS
    else:
        filled = _filled(actor, event_id)
    shown = [column for column in COLUMNS if column.key in chosen and column.key in filled]
    return ShownColumns(shown, chosen, stored is not None)


def named(text: str) -> list[str]:
    """The keys in an address, in which a window of rows names the columns of its table."""
    wanted = text.split(",")
    return [column.key for column in COLUMNS if column.key in wanted]


def _filled(actor: Actor, event_id: int) -> set[str]:
    filled = {"detection", "category", "updated", *filled_columns(actor, event_id)}
    if sighted_attributes(actor, event_id):
        filled.add("sightings")
    if has_correlations(actor, event_id):
        filled.add("correlations")
    if any_enabled():
        filled.add("warninglists")
    if any(model.enabled for model in visible_models(actor)):
        filled.add("decay")
    return filled
