"""Form for what a new event is made of: a text or a file, and then the event's own fields."""

from __future__ import annotations

from io import SEEK_END, BytesIO
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.formats.incoming.recognition import LOOKED_AT, DocumentKind, kind_of
from vardkase.misp.freetext import LONGEST_TEXT
from vardkase.web.intel.editing.forms.event import EventForm


class SourceForm(forms.Form):
    """`document` is what was pasted or chosen, `kind` what it is."""

    text = forms.CharField(
        label=_("Text"),
        required=False,
        help_text=_(
            "A report, an e-mail with its headers, a list, CSV, MISP JSON, STIX or OpenIOC. Defanged values such as "
            "evil[.]example are refanged."
        ),
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "autocapitalize": "off"}),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("Text, .eml, CSV, MISP JSON or XML, STIX 1 or 2, OpenIOC."),
    )

    document: bytes
    kind: DocumentKind

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        source = cleaned.get("file") or BytesIO(str(cleaned.get("text") or "").encode())
        # The start tells the kind, and so how much may be read: a text is decoded in memory.
        start = source.read(LOOKED_AT)
        self.kind = kind_of(start)
        if "file" in self.errors:
            pass
        elif not start.strip():
            self.add_error("text", gettext("Paste some text or choose a file."))
        elif self.kind is DocumentKind.BINARY:
            self.add_error("file", gettext("This kind of file cannot be read. Paste its text instead."))
        elif self.is_text and source.seek(0, SEEK_END) > LONGEST_TEXT:
            self.add_error("text", gettext("The text is too long. Paste it in smaller parts."))
        else:
            source.seek(0)
            self.document = source.read()
        return cleaned

    @property
    def is_text(self) -> bool:
        """Whether a person reviews what is in it; the other kinds are events already."""
        return self.kind in (DocumentKind.TEXT, DocumentKind.MAIL)

    @property
    def source_text(self) -> str:
        try:
            text = self.document.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = self.document.decode("latin-1")
        return text.replace("\0", "")


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
