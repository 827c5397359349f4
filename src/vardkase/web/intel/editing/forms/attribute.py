"""Form for a single attribute."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.base import ContentFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core import held_uploads
from vardkase.core.clock import now_seconds
from vardkase.core.misp_problems import problem_of
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import NewAttribute
from vardkase.intel.queries.object_contents import types_in_use
from vardkase.misp.attribute import parse_attribute
from vardkase.misp.types import ATTACHMENT_TYPES, CATEGORIES, DEFAULTS, TYPES, category_allows
from vardkase.web.intel.editing.forms.tagging import check_tags
from vardkase.web.knowledge.tag_picker import TagPicker
from vardkase.web.ui.chips import INHERIT
from vardkase.web.ui.display import local_time
from vardkase.web.ui.forms.reach import ReachForm

COMMONEST = 8
"""Types that are offered first."""
MOMENT = "%Y-%m-%dT%H:%M:%S"


def grouped_types() -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {category: [] for category in CATEGORIES}
    for name in sorted(TYPES):
        groups[DEFAULTS[name][0]].append((name, name))
    return [(category, members) for category, members in groups.items() if members]


def category_choices(type_name: str) -> Iterator[tuple[str, str]]:
    usual = DEFAULTS[type_name][0] if type_name in DEFAULTS else ""
    label = gettext("Default: %(category)s") % {"category": usual} if usual else gettext("Type default")
    yield "", label
    for category in CATEGORIES:
        if not usual or category_allows(category, type_name):
            yield category, category


def refusal_of(document: dict[str, Any]) -> str:
    """Why the document is no attribute; empty where it is one."""
    parsed = parse_attribute(document, NewAttribute, now=now_seconds(), default_distribution=INHERIT)
    if not isinstance(parsed, dict):
        return ""
    return " ".join(str(problem_of(refusal)) for refusals in parsed.values() for refusal in refusals)


class MomentField(forms.DateTimeField):
    """A time to the second in the hub's time zone; the last hours of the year 9999, which it may not hold, in UTC."""

    def prepare_value(self, value: Any) -> Any:
        return local_time(value).replace(tzinfo=None) if isinstance(value, datetime) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        same = isinstance(initial, datetime) and self.widget.format_value(self.prepare_value(initial)) == data
        return not same and super().has_changed(initial, data)


def moment_field(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format=MOMENT)
    return MomentField(label=label, required=False, widget=widget)


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """An upload that is kept since the form was refused (`core.held_uploads`)."""

    reference: str
    name: str
    size: int


class AttributeForm(ReachForm):
    """Fields have MISP's names, so that service errors land on the right field."""

    inherits = True

    type = forms.ChoiceField(
        label=_("Type"),
        help_text=_("Start typing a name to find one."),
        error_messages={"required": _("Choose a type.")},
    )
    category = forms.ChoiceField(
        label=_("Category"), required=False, help_text=_("The role the value played in the event.")
    )
    value = forms.CharField(
        label=_("Value"),
        required=False,
        strip=True,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "off"}),
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("For attachments and malware samples. Samples are encrypted on upload."),
    )
    to_ids = forms.ChoiceField(
        label=_("For detection"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_(
            "If set to Yes, recipients may block or alert on the value automatically, without reviewing it."
        ),
    )
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=65_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    first_seen = moment_field(_("First seen"))
    last_seen = moment_field(_("Last seen"))
    disable_correlation = forms.BooleanField(label=_("Do not correlate with other events"), required=False)
    tags = TagPicker()

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        is_new: bool,
        in_object: bool = False,
        categories_url: str = "",
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.actor, self.is_new = actor, is_new
        self.kept: KeptUpload | None = None
        self._set_types(in_object, categories_url)
        choices = [("1", gettext("Yes")), ("0", gettext("No"))]
        if is_new:
            choices = [("", gettext("Type default")), *choices]
        self.fields["to_ids"].choices = choices  # type: ignore[attr-defined]
        self.fields["tags"].ask(actor)  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["tags"]
            if self.initial.get("type") not in ATTACHMENT_TYPES:
                del self.fields["file"]

    def _set_types(self, in_object: bool, categories_url: str) -> None:
        kind, category = self.fields["type"], self.fields["category"]
        own = [(name, name) for name in types_in_use(self.actor, COMMONEST)] if self.is_new else []
        used = [(gettext("Most used by your organisation"), own)] if own else []
        kind.choices = [("", gettext("Choose a type")), *used, *grouped_types()]  # type: ignore[attr-defined]
        kind.disabled = in_object
        kind.widget.attrs |= {
            "hx-get": categories_url,
            "hx-target": "#id_category",
            "hx-trigger": "change",
        }
        chosen = self.initial.get("type") if in_object else self["type"].value()
        category.choices = list(category_choices(str(chosen or "")))  # type: ignore[attr-defined]

    def clean_value(self) -> str:
        return str(self.cleaned_data["value"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        check_tags(self, "tags", self.actor)
        self._take_kept_file()
        self._check_file(str(cleaned.get("type") or ""))
        return cleaned

    def _check_file(self, kind: str) -> None:
        file, value = self.cleaned_data.get("file"), self.cleaned_data.get("value")
        if file and kind not in ATTACHMENT_TYPES:
            self.add_error("file", gettext("Only attachments and malware samples have a file."))
        elif kind in ATTACHMENT_TYPES and self.is_new and not file:
            self.add_error("file", gettext("Choose a file."))
        elif not file and not value and "value" not in self.errors:
            is_open = not kind and "file" in self.fields
            words = gettext("Enter a value or choose a file.") if is_open else gettext("Enter a value.")
            self.add_error("value", words)

    def _take_kept_file(self) -> None:
        reference = str(self.data.get("kept_file", "")) if "file" in self.fields else ""
        if not reference or self.files.get("file"):  # A new file takes the place of the one kept.
            return
        if (held := held_uploads.find(self.actor.user_id, reference)) is None:
            self.add_error("file", gettext("The file is no longer kept. Choose it again."))
            return
        self.kept = KeptUpload(reference, held.name, held.size)
        self.cleaned_data["file"] = ContentFile(held.read(), held.name)

    def keep_file(self) -> None:
        """Hold the upload until the form is sent again: a browser never sends a chosen file twice."""
        sent = self.files if self.is_bound else self.initial
        file = sent.get("file") if "file" in self.fields else None
        if not self.is_bound and not file:
            self._show_kept(str(self.initial.get("kept_file") or ""))
        if self.kept is not None or not file:
            return
        file.seek(0)
        reference = held_uploads.hold(self.actor.user_id, file.name or "", file.read())
        if reference:
            self.kept = KeptUpload(reference, file.name or "", file.size or 0)
        else:
            words = gettext("The file could not be kept. Choose it again: %(name)s")
            self.add_error("file", words % {"name": file.name})

    def _show_kept(self, reference: str) -> None:
        if reference and (held := held_uploads.find(self.actor.user_id, reference)) is not None:
            self.kept = KeptUpload(reference, held.name, held.size)

    def drop_file(self) -> None:
        if self.kept is not None:
            held_uploads.drop(self.actor.user_id, self.kept.reference)

    def document(self) -> dict[str, Any]:
        """The attribute as MISP writes it. Times are included only when changed."""
        cleaned = self.cleaned_data
        document = self.content() | self.reach() | {"disable_correlation": cleaned["disable_correlation"]}
        if cleaned.get("tags"):
            document["Tag"] = [{"name": name} for name in cleaned["tags"]]
        return document

    def content(self) -> dict[str, Any]:
        """What of it others may propose to change."""
        cleaned = self.cleaned_data
        document = {name: cleaned[name] for name in ("type", "value", "comment")}
        document |= {name: cleaned[name] for name in ("category", "to_ids") if cleaned[name] != ""}
        document |= {
            name: cleaned[name].isoformat() if cleaned[name] else ""
            for name in ("first_seen", "last_seen")
            if name in self.changed_data
        }
        if cleaned.get("file"):
            document |= self._file()
        return document

    def _file(self) -> dict[str, Any]:
        file = self.cleaned_data["file"]
        file.seek(0)
        name = self.cleaned_data["value"].split("|", 1)[0] if self.is_new else ""
        return {
            "value": name or file.name,
            "data": base64.b64encode(file.read()).decode("ascii"),
            "encrypt": True,
        }
