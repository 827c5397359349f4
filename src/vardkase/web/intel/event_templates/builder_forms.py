"""What the builder of an event template asks for: the template itself, the event’s own fields, and a row for each
element of its form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.core.time_budget import check_time
from vardkase.identity.access.actor import Actor
from vardkase.intel.event_templates.definition import LONGEST, MOST_RELATIONS
from vardkase.intel.event_templates.problems import TemplateDefinitionProblem
from vardkase.knowledge.galaxies.queries import visible_galaxies
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement
from vardkase.knowledge.object_templates.queries import active_templates, elements_of
from vardkase.knowledge.taxonomies.models import Taxonomy
from vardkase.misp.types import ATTACHMENT_TYPES, CATEGORIES, TYPES
from vardkase.web.intel.editing.forms.event import ANALYSES
from vardkase.web.intel.event_templates.choices import Clusters, Tags
from vardkase.web.intel.event_templates.forms import VISIBLE_TO
from vardkase.web.ui.chips import GROUP, REACHES, THREATS
from vardkase.web.ui.forms.fields import PLAIN_TEXT
from vardkase.web.ui.forms.picker import Names, Picker
from vardkase.web.ui.forms.rows import RowForm

USES = (
    ("", _("Not asked")),
    ("ask", _("Optional")),
    ("need", pgettext_lazy("attribute of a template", "Required")),
)


class BuilderForm(forms.Form):
    """The template, and the event’s own fields as it fills them in."""

    name = forms.CharField(label=_("Name"), max_length=255)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    distribution = forms.TypedChoiceField(
        label=_("Who may use it"), coerce=int, choices=VISIBLE_TO, widget=forms.RadioSelect, initial=0
    )
    active = forms.BooleanField(label=_("Offered when events are created"), required=False, initial=True)
    info_template = forms.CharField(
        label=_("Title of the event"),
        required=False,
        max_length=5000,
        help_text=_(
            "{{date}}, {{now}} and {{user}} are filled in, and {{field:ID}} with the answer to the field "
            "with this ID."
        ),
    )
    event_distribution = forms.TypedChoiceField(label=_("Who sees the event"), coerce=int)
    threat_level_id = forms.TypedChoiceField(
        label=_("Threat level"),
        coerce=int,
        initial=4,
        choices=[(level, each[2]) for level, each in THREATS.items()],
    )
    analysis = forms.TypedChoiceField(label=_("Analysis"), coerce=int, choices=ANALYSES)
    tags = Picker(label=_("Tags on the event"))
    clusters = Picker(label=_("Galaxy clusters on the event"))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, actor: Actor, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        self.fields["tags"].source = Tags(actor, ())  # type: ignore[attr-defined]
        self.fields["clusters"].source = Clusters(actor, ())  # type: ignore[attr-defined]
        # A sharing group is given in JSON only: it has another number on each hub.
        levels = range(GROUP + 1 if initial.get("event_distribution") == GROUP else GROUP)
        words = {**REACHES, 0: _("Our organisation only")}
        self.fields["event_distribution"].choices = [(level, words[level]) for level in levels]  # type: ignore[attr-defined]


class StructureRow(RowForm):
    """Common to all rows. Without an ID, the row gets one from its label."""

    id = forms.RegexField(
        r"^[a-zA-Z_][a-zA-Z0-9_]*$",
        label=_("ID"),
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs=PLAIN_TEXT),
        help_text=_("Made from the label if you leave it empty."),
        error_messages={
            "invalid": _("Use letters without accents, digits and underscores, and no digit first.")
        },
    )
    kind_words: str | Promise = ""

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor
        self.given_id = ""

    @property
    def title(self) -> str:
        label = self.entered("label") if "label" in self.fields else ""
        kind = str(self.kind_words)
        return f"{label[:80]} ({kind})" if label else kind


def _label() -> forms.CharField:
    return forms.CharField(label=_("Label"), max_length=1000)


def _help() -> forms.CharField:
    return forms.CharField(label=_("Help text"), required=False, max_length=LONGEST)


def _flag(words: Any) -> forms.BooleanField:
    return forms.BooleanField(label=words, required=False)


class SectionRow(StructureRow):
    kind_words = _("Section")
    label = forms.CharField(label=_("Heading"), max_length=1000)
    help = _help()


class TextRow(StructureRow):
    kind_words = _("Text to read")
    content = forms.CharField(
        label=_("Text"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Markdown without HTML."),
    )


class FieldRow(StructureRow):
    label = _label()
    help = _help()
    mandatory = _flag(pgettext_lazy("attribute of a template", "Required"))


class AttributeRow(FieldRow):
    kind_words = _("Attribute")
    type = forms.CharField(
        label=_("Type"), max_length=100, widget=forms.TextInput(attrs={**PLAIN_TEXT, "list": "all-types"})
    )
    category = forms.ChoiceField(
        label=_("Category"),
        required=False,
        choices=[("", _("As usual for the type")), *((name, name) for name in CATEGORIES)],
    )
    to_ids = forms.ChoiceField(
        label=_("For detection"),
        required=False,
        choices=(("", _("As usual for the type")), ("1", _("Yes")), ("0", _("No"))),
    )
    default_value = forms.CharField(label=_("Filled in from the start"), required=False, max_length=LONGEST)
    comment_template = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=LONGEST,
        help_text=_("May contain the same variables as the title."),
    )
    repeatable = _flag(_("Several values"))

    def clean_type(self) -> str:
        kind: str = self.cleaned_data["type"]
        if kind not in TYPES:
            raise forms.ValidationError(gettext("There is no such type."))
        return kind


class ObjectRow(FieldRow):
    """A select and a label for each relation of the chosen template; files have fields of their own."""

    kind_words = _("Object")
    template = forms.CharField(
        label=_("Object template"),
        max_length=255,
        widget=forms.TextInput(attrs={**PLAIN_TEXT, "list": "all-object-templates"}),
    )
    repeatable = _flag(_("Several objects"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.relations: list[tuple[str, str]] = []
        self.chosen: ObjectTemplate | None = None
        self.lists_none = False
        self.is_closed = False

    def ask_for_relations(self, sent: QueryDict | None, known: KnownTemplates) -> None:
        """Add the inputs for what is asked of an object of the template that is chosen, if there is room for them."""
        check_time()
        name = self.entered("template")
        self.chosen = chosen = known.template(name)
        if chosen is None:
            return
        elements = known.elements(name)
        if len(elements) > known.left:
            self.is_closed = True
            return
        known.left -= len(elements)
        stored = {each["object_relation"]: each for each in self.kept_relations()}
        order = list(stored)
        every = list(elements)
        # Those of the template in its order, after those that were chosen, in theirs.
        every.sort(key=lambda each: -each.ui_priority)
        every.sort(
            key=lambda each: (
                order.index(each.object_relation) if each.object_relation in stored else len(order)
            )
        )
        for element in every:
            name = element.object_relation
            held = stored.get(name)
            use = ("need" if held and held.get("mandatory") else "ask") if held or not stored else ""
            label = (held or {}).get("label_override") or ""
            if sent is not None:
                use = sent.get(self.add_prefix(f"use.{name}"), use)
                label = sent.get(self.add_prefix(f"label.{name}"), label)
            self.fields[f"use.{name}"] = forms.ChoiceField(
                label=name,
                choices=USES,
                required=False,
                initial=use,
                widget=forms.Select(attrs={"class": "input"}),
            )
            self.fields[f"label.{name}"] = forms.CharField(
                label=gettext("Label of %(name)s") % {"name": name},
                required=False,
                max_length=1000,
                initial=label,
                widget=forms.TextInput(attrs={"class": "input"}),
            )
            self.relations.append((name, element.type))
        self.lists_none = sent is not None and not any(
            self.add_prefix(f"use.{name}") in sent for name, _type in self.relations
        )

    def clean(self) -> dict[str, Any]:
        """A template that was typed and saved at once asks for everything, as it does when its relations are shown."""
        cleaned = super().clean() or self.cleaned_data
        if self.is_closed:
            self.add_error("template", str(TemplateDefinitionProblem.TOO_MANY_RELATIONS(most=MOST_RELATIONS)))
        uses = [f"use.{name}" for name, _type in self.relations]
        if self.lists_none:
            cleaned.update(dict.fromkeys(uses, "ask"))
        elif uses and not any(cleaned.get(use) for use in uses):
            self.add_error("template", gettext("Choose what to ask for."))
        return cleaned

    def kept_relations(self) -> Sequence[Mapping[str, Any]]:
        try:
            document = json.loads(self.entered("kept") or "{}")
            relations = document.get("relations") or ()
            return [each for each in relations if isinstance(each["object_relation"], str)]
        except (ValueError, RecursionError, AttributeError, TypeError, KeyError):
            return ()

    @property
    def relation_inputs(self) -> list[tuple[str, str, forms.BoundField, forms.BoundField]]:
        return [(name, kind, self[f"use.{name}"], self[f"label.{name}"]) for name, kind in self.relations]

    def clean_template(self) -> str:
        if self.chosen is None:
            raise forms.ValidationError(gettext("There is no active object template with this name."))
        return self.chosen.name


class KnownTemplates:
    """The object templates of one page, each looked up once. `left`: how many relations may still be asked for."""

    def __init__(self) -> None:
        self.left = MOST_RELATIONS
        self._templates: dict[str, ObjectTemplate | None] = {}
        self._elements: dict[str, list[ObjectTemplateElement]] = {}

    def template(self, name: str) -> ObjectTemplate | None:
        if name not in self._templates:
            wanted = active_templates().filter(name=name.replace("\0", "").strip())
            self._templates[name] = wanted.order_by("-version").first() if name else None
        return self._templates[name]

    def elements(self, name: str) -> list[ObjectTemplateElement]:
        """Of the template of this name; files have fields of their own."""
        if name not in self._elements:
            found = self.template(name)
            every = elements_of(found) if found else ()
            self._elements[name] = [each for each in every if each.type not in ATTACHMENT_TYPES]
        return self._elements[name]


class TagRow(FieldRow):
    kind_words = pgettext_lazy("noun", "Tag")
    restrict_taxonomies = Picker(
        label=_("From these taxonomies"), help_text=_("If you choose none, all tags are offered.")
    )
    multiple = _flag(_("Several tags"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["restrict_taxonomies"].source = Names(_taxonomies)  # type: ignore[attr-defined]


class ClusterFieldRow(FieldRow):
    kind_words = _("Galaxy cluster")
    restrict_galaxy_types = Picker(
        label=_("From these galaxies"), help_text=_("If you choose none, all clusters are offered.")
    )
    multiple = _flag(_("Several clusters"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["restrict_galaxy_types"].source = Names(self._galaxies)  # type: ignore[attr-defined]

    def _galaxies(self, text: str) -> Sequence[str]:
        found = visible_galaxies(self.actor).filter(enabled=True, type__icontains=text).order_by("type")
        return list(found.values_list("type", flat=True)[:50])


class FileRow(FieldRow):
    kind_words = _("File")
    as_ = forms.ChoiceField(
        label=_("Stored as"),
        choices=(("attachment", _("Attachment")), ("malware-sample", _("Malware sample, encrypted"))),
    )
    repeatable = _flag(_("Several files"))


class ReferenceRow(StructureRow):
    kind_words = _("Reference between objects")
    from_ = forms.ChoiceField(label=_("From the object"), required=False)
    to = forms.ChoiceField(label=_("To"), required=False)
    relationship_type = forms.CharField(
        label=_("Relationship"),
        max_length=255,
        widget=forms.TextInput(attrs={**PLAIN_TEXT, "list": "all-relationships"}),
    )
    comment = forms.CharField(label=_("Comment"), required=False, max_length=LONGEST)

    def offer(self, objects: Sequence[tuple[str, str]], targets: Sequence[tuple[str, str]]) -> None:
        """The fields that a reference may connect, as their IDs and labels."""
        self.fields["from_"].choices = [("", gettext("Choose a field")), *objects]  # type: ignore[attr-defined]
        self.fields["to"].choices = [("", gettext("Choose a field")), *targets]  # type: ignore[attr-defined]

    def clean_from_(self) -> str:
        return self._chosen("from_")

    def clean_to(self) -> str:
        return self._chosen("to")

    def _chosen(self, name: str) -> str:
        if not self.cleaned_data[name]:
            raise forms.ValidationError(gettext("Choose a field."))
        chosen: str = self.cleaned_data[name]
        return chosen


ROW_FORMS: dict[str, type[StructureRow]] = {
    "section": SectionRow,
    "text_block": TextRow,
    "attribute_field": AttributeRow,
    "object_field": ObjectRow,
    "tag_field": TagRow,
    "galaxy_field": ClusterFieldRow,
    "file_field": FileRow,
    "object_reference": ReferenceRow,
}


def _taxonomies(text: str) -> Sequence[str]:
    found = Taxonomy.objects.filter(enabled=True, namespace__icontains=text).order_by("namespace")
    return list(found.values_list("namespace", flat=True)[:50])
