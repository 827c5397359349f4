"""Forms for notes, opinions and relationships. Fields have MISP's names, so that errors land on the right field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.intel.analyst_data.models import AnalystDataKind
from vardkase.intel.analyst_data.targets import find_target
from vardkase.misp.analyst_data import LONGEST_NAME, LONGEST_TEXT
from vardkase.misp.fields import UUID
from vardkase.web.intel.analyst_data.opinions import STEPS, step_of
from vardkase.web.ui.forms.reach import ReachForm

LANGUAGES = (
    "sv", "en", "da", "de", "es", "et", "fi", "fr", "is", "it", "lt", "lv", "nb", "nl", "pl", "pt", "uk",
)  # fmt: skip
LEADS_TO = {
    "Event": _("Event"),
    "Attribute": _("Attribute"),
    "Object": _("Object"),
    "EventReport": _("Report"),
    "GalaxyCluster": _("Galaxy cluster"),
}


class MultilineField(forms.CharField):
    """A text of several lines, which browsers send with CRLF."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5}), **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class AnalystDataForm(ReachForm):
    inherits = True

    authors = forms.CharField(
        label=_("Author"),
        max_length=LONGEST_NAME,
        help_text=_("Shown to all readers. Enter the name of a team if you prefer not to give your address."),
    )

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor

    def document(self) -> dict[str, Any]:
        """What was entered, as MISP writes it."""
        return {"authors": self.cleaned_data["authors"], **self.reach()}


class NoteForm(AnalystDataForm):
    note = MultilineField(label=_("Note"), error_messages={"required": _("Write the note.")})
    language = forms.ChoiceField(label=_("Language of the note"))

    field_order = ("note", "language")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("language", (get_language() or "en").split("-")[0])
        stored = self.initial["language"]
        # What a client has stored stays as it is unless another is chosen.
        codes = LANGUAGES if stored in LANGUAGES else (stored, *LANGUAGES)
        choices = [(code, LANG_INFO[code]["name_local"] if code in LANG_INFO else code) for code in codes]
        self.fields["language"].choices = choices  # type: ignore[attr-defined]

    def document(self) -> dict[str, Any]:
        return {
            **super().document(),
            "note": self.cleaned_data["note"],
            "language": self.cleaned_data["language"],
        }


class OpinionForm(AnalystDataForm):
    step = forms.TypedChoiceField(
        label=_("Do you agree?"), coerce=int, required=False, empty_value=None, widget=forms.RadioSelect
    )
    opinion = forms.IntegerField(
        label=_("Exact number, if you want to be more precise"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("From 0 (strongly disagree) to 100 (strongly agree). Replaces the choice above."),
    )
    comment = MultilineField(label=_("Reason"), required=False)

    field_order = ("step", "opinion", "comment")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["step"].choices = [  # type: ignore[attr-defined]
            (step, f"{word} ({step})") for step, word in STEPS.items()
        ]
        stored = self.initial.get("opinion")
        if stored is not None:
            self.initial["step"] = step_of(stored)
            self.initial["opinion"] = None if stored in STEPS else stored

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("step") is None and cleaned.get("opinion") is None and "opinion" not in self.errors:
            self.add_error("step", gettext("Choose how strongly you agree."))
        return cleaned

    def document(self) -> dict[str, Any]:
        number, step = self.cleaned_data["opinion"], self.cleaned_data["step"]
        # Another step than was shown is meant, also where the number of the old one was left in its field.
        chose_step = "step" in self.changed_data and "opinion" not in self.changed_data
        opinion = step if number is None or (chose_step and step is not None) else number
        return {**super().document(), "opinion": opinion, "comment": self.cleaned_data["comment"]}


class RelationshipForm(AnalystDataForm):
    relationship_type = forms.CharField(
        label=_("Relationship"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"list": "relationships", "autocomplete": "off"}),
        error_messages={"required": _("Enter how the two are related.")},
    )
    related_object_type = forms.ChoiceField(label=_("Leads to"))
    related_object_uuid = forms.CharField(
        label=_("Number or UUID"),
        max_length=64,
        error_messages={"required": _("Enter a number or a UUID.")},
    )

    field_order = ("relationship_type", "related_object_type", "related_object_uuid")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = dict(LEADS_TO)
        if stored := self.initial.get("related_object_type"):
            choices.setdefault(stored, stored)
        self.fields["related_object_type"].choices = list(choices.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind, reference = cleaned.get("related_object_type"), cleaned.get("related_object_uuid")
        if kind and reference:
            reference = reference.strip().lower().removeprefix("#")
            # A uuid is taken as it is: what it names may arrive here later, or be hidden from the reader.
            if not UUID.fullmatch(reference):
                try:
                    reference = find_target(self.actor, kind, reference).uuid
                except NotFound as error:
                    self.add_error("related_object_uuid", str(error))
            cleaned["related_object_uuid"] = reference
        return cleaned

    def document(self) -> dict[str, Any]:
        names = ("relationship_type", "related_object_type", "related_object_uuid")
        return {**super().document(), **{name: self.cleaned_data[name] for name in names}}


FORMS: dict[AnalystDataKind, type[AnalystDataForm]] = {
    AnalystDataKind.NOTE: NoteForm,
    AnalystDataKind.OPINION: OpinionForm,
    AnalystDataKind.RELATIONSHIP: RelationshipForm,
}
