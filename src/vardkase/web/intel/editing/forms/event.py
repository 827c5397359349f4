"""Form for an event's own fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.find import UUID_FORM, find_event
from vardkase.web.intel.editing.forms.tagging import check_tags
from vardkase.web.knowledge.tag_picker import TagPicker
from vardkase.web.ui.chips import THREATS
from vardkase.web.ui.forms.reach import ReachForm

ANALYSES = (
    (0, pgettext_lazy("analysis", "Initial")),
    (1, pgettext_lazy("analysis", "Ongoing")),
    (2, pgettext_lazy("analysis", "Completed")),
)


class EventForm(ReachForm):
    """Fields have MISP's names, so that service errors land on the right field."""

    info = forms.CharField(
        label=_("Title"),
        help_text=_(
            "Describe what happened, in one line. It is shown in lists and e-mail to everyone who may see "
            "the event."
        ),
        max_length=5000,
        error_messages={"required": _("Enter a title.")},
    )
    date = forms.DateField(
        label=_("Date"),
        help_text=_("When it happened, or when you learned of it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter the date as year-month-day.")},
    )
    threat_level_id = forms.TypedChoiceField(
        label=_("Threat level"), coerce=int, choices=[(level, each[2]) for level, each in THREATS.items()]
    )
    analysis = forms.TypedChoiceField(label=_("Analysis"), coerce=int, choices=ANALYSES)
    extends_uuid = forms.CharField(
        label=_("Extends the event"),
        help_text=_("The number or UUID of an event that this one adds to. Leave empty if there is none."),
        required=False,
        max_length=36,
    )
    disable_correlation = forms.BooleanField(label=_("Do not correlate with other events"), required=False)
    tags = TagPicker()
    beside: Sequence[str] = ()

    def __init__(self, *args: Any, actor: Actor, is_new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor
        self.fields["date"].initial = timezone.localdate
        self.fields["tags"].ask(actor)  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["tags"]

    def clean_extends_uuid(self) -> str:
        """The uuid of the extended event; an event that does not exist yet may be named by its uuid."""
        named = str(self.cleaned_data["extends_uuid"]).strip().lower()
        if not named:
            return ""
        try:
            return str(find_event(self.actor, named).uuid)
        except NotFound:
            if UUID_FORM.fullmatch(named):
                return named
        raise forms.ValidationError(gettext("No event has this number."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        check_tags(self, "tags", self.actor, self.beside)
        return cleaned

    def document(self) -> dict[str, Any]:
        fields = ("info", "threat_level_id", "analysis", "extends_uuid", "disable_correlation")
        document = {name: self.cleaned_data[name] for name in fields}
        document |= {"date": self.cleaned_data["date"].isoformat(), **self.reach()}
        if self.cleaned_data.get("tags"):
            document["Tag"] = [{"name": name} for name in self.cleaned_data["tags"]]
        return document
