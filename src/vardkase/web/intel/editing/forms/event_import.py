"""The event's own fields beside what is reviewed of a text and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from vardkase.web.intel.editing.forms.event import EventForm


class NewEventFields(EventForm):
    """An event's fields beside its reviewed values. `beside`: the tags that are chosen among what the text names."""

    def __init__(
        self, *args: Any, beside: Sequence[str] = (), origin_of_date: str = "", **options: Any
    ) -> None:
        super().__init__(*args, **options, is_new=True)
        self.beside = beside
        self.fields["date"].help_text = origin_of_date
        self.fields["tags"].label = gettext("More tags on the event")
        for name in ("extends_uuid", "disable_correlation"):
            del self.fields[name]

    def clean_extends_uuid(self) -> str:
        return ""

    def document(self) -> dict[str, Any]:
        fields = ("info", "threat_level_id", "analysis")
        document = {name: self.cleaned_data[name] for name in fields}
        return document | {"date": self.cleaned_data["date"].isoformat(), **self.reach()}
