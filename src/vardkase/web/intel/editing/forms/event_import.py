"""The event's own fields beside what is reviewed of a text and files."""

from __future__ import annotations

from typing import Any

from vardkase.web.intel.editing.forms.event import EventForm


class NewEventFields(EventForm):
    """An event's fields beside its reviewed values; tags are among what is reviewed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options, is_new=True)
        for name in ("tags", "extends_uuid", "disable_correlation"):
            del self.fields[name]

    def clean_extends_uuid(self) -> str:
        return ""

    def document(self) -> dict[str, Any]:
        fields = ("info", "threat_level_id", "analysis")
        document = {name: self.cleaned_data[name] for name in fields}
        return document | {"date": self.cleaned_data["date"].isoformat(), **self.reach()}
