"""Inputs for the objects of a guided form: one for each relation of the object template that the field shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext

from vardkase.intel.event_templates.definition import LONGEST, Definition, ObjectField, Relation
from vardkase.knowledge.object_templates.models import ObjectTemplate, ObjectTemplateElement
from vardkase.knowledge.object_templates.queries import active_templates, elements_of
from vardkase.misp.fields import UUID
from vardkase.misp.types import ATTACHMENT_TYPES
from vardkase.web.ui.forms.fields import PLAIN_TEXT, LinesField


class ObjectInputs:
    def __init__(self, definition: Definition) -> None:
        wanted = {
            element.object_template.uuid.lower()
            for element in definition.fields()
            if isinstance(element, ObjectField)
        }
        rows = active_templates().filter(uuid__in=[uuid for uuid in wanted if UUID.fullmatch(uuid)])
        # The newest version of each, as the service takes it.
        templates = {str(template.uuid): template for template in rows.order_by("version")}
        self._elements = {uuid: _elements(template) for uuid, template in templates.items()}

    def fields(self, element: ObjectField, place: int) -> Iterator[tuple[str, forms.Field]]:
        """Name and field of each input of the object at `place`; ``o.<field>.<place>.<relation>``."""
        known = self._elements.get(element.object_template.uuid.lower(), {})
        shown = {relation.object_relation: relation for relation in element.relations}
        for name in shown or known:
            stored, relation = known.get(name), shown.get(name)
            # Files have fields of their own in a template.
            if stored is None or stored.type in ATTACHMENT_TYPES or (relation and relation.hidden):
                continue
            yield f"o.{element.id}.{place}.{name}", _input(stored, relation)


def _elements(template: ObjectTemplate) -> dict[str, ObjectTemplateElement]:
    rows = elements_of(template).order_by("-ui_priority", "pk")
    return {element.object_relation: element for element in rows}


def _input(element: ObjectTemplateElement, relation: Relation | None) -> forms.Field:
    label = (relation and relation.label_override) or element.object_relation
    if relation is None or not relation.mandatory:
        label = gettext("%(label)s (optional)") % {"label": label}
    hints = [(relation and relation.help_override) or element.description]
    if relation and relation.default_value:
        # Not filled in: an object that holds nothing else does not arise.
        hints.append(gettext("If left empty: %(value)s") % {"value": relation.default_value})
    shared: dict[str, Any] = {"label": label}
    choices = [str(value) for value in element.values_list or []]
    if element.type == "boolean" and not choices:
        choices = ["1", "0"]
    if choices:
        listed = [("", gettext("Not stated")), *((choice, choice) for choice in choices)]
        return forms.ChoiceField(choices=listed, required=False, help_text=sentences(hints), **shared)
    if element.multiple:
        hints.append(gettext("One per line."))
        made = LinesField(max_length=LONGEST, help_text=sentences(hints), **shared)
        made.widget.attrs["rows"] = 2
        return made
    widget = forms.TextInput(attrs=PLAIN_TEXT)
    return forms.CharField(
        max_length=LONGEST, required=False, widget=widget, help_text=sentences(hints), **shared
    )


def sentences(hints: Iterable[str | None]) -> str:
    """Hints after one another, those that more follow with a full stop."""
    said = [hint for hint in hints if hint]
    return " ".join([*(f"{hint.rstrip('.')}." for hint in said[:-1]), *said[-1:]])
