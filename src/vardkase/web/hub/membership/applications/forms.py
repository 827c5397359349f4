"""Application steps as Django forms, generated from the hub's form definition, which also validates them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.core.mail.services import can_send
from vardkase.core.problems import Problem
from vardkase.hub.membership.questionnaire.fields import (
    FieldGroup,
    FieldKind,
    FormField,
    FormStep,
    value_at,
)


@dataclass(frozen=True, slots=True)
class ShownGroup:
    group: FieldGroup
    fields: list[BoundField]

    @property
    def is_conditional(self) -> bool:
        return self.group.only_if is not None


class StepForm(forms.Form):
    """A step with saved or submitted values. It validates nothing: `blame` adds the service's errors."""

    def __init__(self, step: FormStep, answers: Mapping[str, Any], data: QueryDict | None = None) -> None:
        initial = {key: value_at(answers, key) for key, _field in step.fields()}
        for key, field in step.fields():
            if field.kind is FieldKind.LINES and isinstance(initial[key], list):
                initial[key] = "\n".join(initial[key])
        super().__init__(data, initial=initial)
        self.step = step
        for key, field in step.fields():
            self.fields[key] = MAKERS[field.kind](field)

    def groups(self) -> list[ShownGroup]:
        return [
            ShownGroup(group, [self[group.key(field)] for field in group.fields if not field.hidden])
            for group in self.step.groups
        ]

    def wrong(self) -> list[dict[str, Any]]:
        return [
            {"errors": bound.errors, "anchor": bound.id_for_label or f"{bound.auto_id}_0"}
            for bound in self
            if bound.errors
        ]

    def given(self) -> dict[str, Any]:
        return {key: self[key].data for key, _ in self.step.fields()}

    def blame(self, errors: Mapping[str, Sequence[Problem]]) -> None:
        self.full_clean()
        for key, problems in errors.items():
            self.add_error(key if key in self.fields else None, [str(problem) for problem in problems])


def _options(field: FormField) -> dict[str, Any]:
    return {"label": field.label, "help_text": field.hint, "required": False}


def line_field(field: FormField) -> forms.Field:
    kind = {FieldKind.EMAIL: "email", FieldKind.PHONE: "tel"}.get(field.kind, "text")
    attributes = {"type": kind, "maxlength": str(field.longest), "autocomplete": field.autocomplete or "off"}
    if field.kind is FieldKind.NUMBER:
        attributes |= {"inputmode": "numeric", "maxlength": "12"}
    if field.required:
        attributes["aria-required"] = "true"
    return _Free(widget=forms.TextInput(attrs=attributes), **_options(field))


def area_field(field: FormField) -> forms.Field:
    rows = 3 if field.kind is FieldKind.LINES else 2 if not field.required else 4
    return _Free(widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "false"}), **_options(field))


def select_field(field: FormField) -> forms.Field:
    none = pgettext_lazy("no answer yet", "Choose") if field.required else _("Not provided")
    choices = [("", none), *field.choices]
    return _Free(widget=forms.Select(choices=choices), **_options(field))


class _Free(forms.Field):
    """A field that accepts any input: the service validates it."""

    def clean(self, value: Any) -> Any:
        return value


MAKERS: dict[FieldKind, Callable[[FormField], forms.Field]] = {
    FieldKind.TEXT: line_field,
    FieldKind.EMAIL: line_field,
    FieldKind.PHONE: line_field,
    FieldKind.NUMBER: line_field,
    FieldKind.LONG: area_field,
    FieldKind.LINES: area_field,
    FieldKind.CHOICE: select_field,
    FieldKind.CHOICES: lambda field: _Free(
        widget=forms.CheckboxSelectMultiple(choices=list(field.choices)), **_options(field)
    ),
    FieldKind.FLAG: lambda field: forms.BooleanField(**_options(field)),
}


class BeginForm(forms.Form):
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("We send your private link there, so that you can continue later."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_send():
            self.fields["email"].help_text = _(
                "The hub cannot send e-mail at the moment. Copy your private link on the next page, "
                "and keep it: without it you cannot continue later."
            )


class ApplicantMessageForm(forms.Form):
    text = forms.CharField(
        label=_("Your message"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 5})
    )
