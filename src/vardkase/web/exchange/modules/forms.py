"""Forms for modules: a document to read, and a module's settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.identity.organisations.queries import organisations
from vardkase.misp.freetext import LONGEST_TEXT
from vardkase.web.intel.editing.forms.modules import ModuleChoiceForm


class ModuleDocumentForm(ModuleChoiceForm):
    file = forms.FileField(label=_("File"), required=False)
    text = forms.CharField(
        label=_("Or text"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("file") and not cleaned.get("text") and not self.errors:
            self.add_error("file", gettext("Choose a file or enter text."))
        return cleaned

    def document(self) -> tuple[str, bytes]:
        file = self.cleaned_data.get("file")
        return (file.name or "", file.read()) if file else ("", self.cleaned_data["text"].encode())


class ModuleForm(forms.Form):
    """`settings`: the module's own, name → (stored value or empty, whether it is secret)."""

    enabled = forms.BooleanField(label=_("The module may be used"), required=False)
    restrict = forms.TypedChoiceField(label=_("Who may use it"), coerce=int)

    def __init__(self, *args: Any, settings: dict[str, tuple[str, bool]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["restrict"].choices = [  # type: ignore[attr-defined]
            (0, gettext("All organisations")),
            *organisations().values_list("pk", "name"),
        ]
        for name, (value, secret) in settings.items():
            self.fields[f"own_{name}"] = forms.CharField(
                label=name,
                required=False,
                max_length=10_000,
                initial="" if secret else value,
                widget=forms.PasswordInput(attrs={"autocomplete": "off"}) if secret else forms.TextInput,
                help_text=_("Secret: leave empty to keep what is stored.") if secret else "",
            )

    @property
    def own(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("own_")]
