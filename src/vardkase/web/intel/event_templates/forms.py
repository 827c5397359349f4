"""Forms for event templates themselves: their definition, a copy, an import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid, by_field
from vardkase.intel.event_templates.definition import document_of
from vardkase.web.ui.forms.fields import PLAIN_TEXT

LONGEST_DEFINITION = 1_000_000
VISIBLE_TO = ((0, _("Our organisation only")), (1, _("Everyone on this hub")))


class TemplateForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    distribution = forms.TypedChoiceField(
        label=_("Who may use it"), coerce=int, choices=VISIBLE_TO, widget=forms.RadioSelect, initial=0
    )
    active = forms.BooleanField(label=_("Offered when events are created"), required=False, initial=True)
    definition = forms.CharField(
        label=_("Definition"),
        max_length=LONGEST_DEFINITION,
        widget=forms.Textarea(attrs={"rows": 24, "class": "value", **PLAIN_TEXT}),
        help_text=_(
            "JSON as in MISP’s library of event templates: event_defaults fills in the event’s own fields, and "
            "structure lists what the form asks for. Every error is shown with the ID of its element."
        ),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_definition(self) -> dict[str, Any]:
        try:
            document = document_of(self.cleaned_data["definition"])
        except Invalid:
            raise forms.ValidationError(gettext("This is not valid JSON.")) from None
        if not isinstance(document, dict):
            raise forms.ValidationError(gettext("The definition must be a JSON object."))
        return document

    def take(self, refused: Invalid) -> None:
        """Show what the service refuses; what has no field of its own is in the definition, with its place."""
        for path, problems in by_field(refused, "definition").items():
            if path in self.fields:
                self.add_error(path, [str(problem) for problem in problems])
            else:
                place = path.removeprefix("definition.")
                self.add_error("definition", [f"{place}: {problem}" for problem in problems])


class CopyForm(forms.Form):
    name = forms.CharField(label=_("Name of the copy"), max_length=255)


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("A template exported as JSON, here or from a MISP instance.")
    )
    mode = forms.ChoiceField(
        label=_("If a template with the same UUID exists"),
        choices=(
            ("fail", _("Refuse the file")),
            ("overwrite", _("Overwrite it")),
            ("duplicate_as_new", _("Add the file as a new template")),
        ),
        widget=forms.RadioSelect,
        initial="fail",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LONGEST_DEFINITION:
            raise forms.ValidationError(gettext("The file is too large."))
        try:
            return document_of(file.read().decode("utf-8"))
        except (Invalid, UnicodeDecodeError):
            raise forms.ValidationError(gettext("This is not valid JSON.")) from None
