"""Forms for what something new is made of: a text and files, from which values are taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.misp.freetext import LONGEST_TEXT
from vardkase.web.knowledge.tag_picker import TagPicker
from vardkase.web.ui.forms.reach import ReachForm

MOST_FILES = 20


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; the cleaned value is a list of them."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files: Sequence[UploadedFile[Any]] = (
            data if isinstance(data, list | tuple) else [data] if data else []
        )
        if len(files) > MOST_FILES:
            raise ValidationError(gettext("Choose at most %(most)s files at once.") % {"most": MOST_FILES})
        for file in files:
            if not file.size:
                raise ValidationError(gettext("The file %(name)s is empty.") % {"name": file.name})
        return [super(FilesField, self).clean(file, initial) for file in files]


class SourceForm(forms.Form):
    text = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        help_text=_(
            "A report, an e-mail with its headers, a list, CSV, MISP JSON, STIX or OpenIOC. Defanged values such as "
            "evil[.]example are refanged."
        ),
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "autocapitalize": "off"}),
    )
    file = FilesField(
        label=_("Files"),
        required=False,
        help_text=_(
            "Drop files here: PDF, DOCX, XLSX, CSV, text or e-mail; MISP, STIX or OpenIOC; the archive of a sandbox. "
            "Any other file becomes a file object with its hashes."
        ),
        widget=SeveralFiles(attrs={"data-drop-files": True}),
    )

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"]).replace("\0", "")
        if len(text) > LONGEST_TEXT:
            raise ValidationError(gettext("The text is too long. Paste it in smaller parts."))
        return text


class PasteForm(SourceForm, ReachForm):
    """For an event that exists."""

    inherits = True

    comment = forms.CharField(
        label=_("Comment for all values"),
        required=False,
        max_length=2000,
        help_text=_("For example, their source."),
    )
    tags = TagPicker(label=_("More tags on the event"))

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["tags"].ask(actor)  # type: ignore[attr-defined]
