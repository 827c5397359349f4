"""Fields that choose an import module, with the settings that it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.modules.server import Module
from vardkase.web.intel.editing.forms.sources import SourceForm


class ModuleChoiceForm(forms.Form):
    """The settings of module M are the fields `M.name`."""

    module = forms.ChoiceField(label=_("Import module"))

    def __init__(self, *args: Any, readers: Sequence[Module], wanted: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.readers = readers
        self.fields["module"].choices = [(each.name, each.name) for each in readers]  # type: ignore[attr-defined]
        self.fields["module"].initial = wanted
        for module in readers:
            for name in module.parameters:
                self.fields[f"{module.name}.{name}"] = forms.CharField(
                    label=f"{module.name}: {name}",
                    required=False,
                    max_length=10_000,
                    help_text=_parameter_help(module, name),
                )

    @property
    def parameter_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if "." in name]

    def parameters(self, module: Module) -> dict[str, str]:
        return {name: self.cleaned_data.get(f"{module.name}.{name}", "") for name in module.parameters}


class NewEventSourceForm(ModuleChoiceForm, SourceForm):
    """What a new event is made of. `module`: what reads the files instead of the hub itself."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        module = self.fields["module"]
        module.label, module.required = gettext("Read the files with"), False
        module.help_text = gettext(
            "A module reads the files, and the event is made from its answer. The module may "
            "send them on to other services."
        )
        module.choices = [("", gettext("The hub’s own reader")), *module.choices]  # type: ignore[attr-defined]
        if not self.readers:
            del self.fields["module"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("module") and not cleaned.get("file"):
            self.add_error("file", gettext("Choose the files that the module should read."))
        return cleaned

    @property
    def reader(self) -> Module | None:
        name = self.cleaned_data.get("module")
        return next((each for each in self.readers if each.name == name), None)


def _parameter_help(module: Module, name: str) -> str:
    about = module.description.get("mispattributes")
    described = about.get("userConfig") if isinstance(about, dict) else None
    one = described.get(name) if isinstance(described, dict) else None
    return str(one.get("message") or "")[:500] if isinstance(one, dict) else ""
