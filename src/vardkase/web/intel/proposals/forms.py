"""Form for a proposed attribute, or a proposed change of one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from vardkase.web.intel.editing.forms.attribute import AttributeForm

OF_THE_OWNER = ("distribution", "sharing_group_id", "disable_correlation", "tags")
"""The fields of an attribute that are not for others to propose."""


class ProposedAttributeForm(AttributeForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in OF_THE_OWNER:
            self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.is_new and not self.has_changed():
            self.add_error("value", gettext("Change at least one field."))
        return cleaned
