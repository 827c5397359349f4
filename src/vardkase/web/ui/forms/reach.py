"""Distribution fields, shared by the forms of events, objects and attributes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import SharingGroup
from vardkase.intel.queries.receivers import count_members
from vardkase.web.ui.chips import GROUP, INHERIT, REACHES
from vardkase.web.ui.display import thin


class ReachForm(forms.Form):
    """Validates `distribution` and `sharing_group_id` together. `inherits` offers level 5."""

    inherits = False

    distribution = forms.TypedChoiceField(
        label=_("Who should see this?"),
        coerce=int,
        error_messages={"required": _("Choose who should see it.")},
    )
    sharing_group_id = forms.TypedChoiceField(
        label=_("Sharing group"), coerce=int, required=False, empty_value=None
    )

    def __init__(self, *args: Any, groups: Iterable[SharingGroup], **options: Any) -> None:
        super().__init__(*args, **options)
        levels = [*range(GROUP + 1), *([INHERIT] if self.inherits else [])]
        self.groups = list(groups)
        self.fields["distribution"].choices = [(level, REACHES[level]) for level in levels]  # type: ignore[attr-defined]
        self.fields["sharing_group_id"].choices = [  # type: ignore[attr-defined]
            ("", ""),
            *((group.pk, group.name) for group in self.groups),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("distribution") == GROUP and not cleaned.get("sharing_group_id"):
            self.add_error("sharing_group_id", gettext("Choose which group."))
        return cleaned

    def reach(self) -> dict[str, Any]:
        group = self.cleaned_data["sharing_group_id"]
        level = self.cleaned_data["distribution"]
        return {"distribution": level, "sharing_group_id": group if level == GROUP else 0}


def reach_counts(actor: Actor) -> dict[int, str]:
    """Each level's audience in words, for `reach_choice`."""
    others = count_members(actor.organisation_id)
    label = ngettext("%(count)s other organisation", "%(count)s other organisations", others)
    return {
        0: actor.organisation_name,
        1: label % {"count": thin(others)},
        2: gettext("This hub and hubs connected to it"),
        3: gettext("Passed on from hub to hub"),
        4: gettext("A group you choose"),
        5: gettext("Follows any change to it"),
    }
