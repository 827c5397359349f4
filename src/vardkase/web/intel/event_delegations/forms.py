"""Form for asking another organisation to take over an event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import SharingGroup
from vardkase.identity.organisations.queries import organisations
from vardkase.intel.event_delegations.models import RECIPIENT_DECIDES
from vardkase.intel.event_delegations.services import LONGEST_MESSAGE
from vardkase.misp.distribution import Distribution
from vardkase.web.ui.chips import REACHES

OFFERED = (
    Distribution.COMMUNITY,
    Distribution.CONNECTED,
    Distribution.ALL,
    Distribution.SHARING_GROUP,
)


class DelegationForm(forms.Form):
    """Fields have MISP's names, so that errors of the service land on the right field."""

    org_id = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=organisations(),
        empty_label=_("Choose an organisation"),
        error_messages={"required": _("Choose an organisation.")},
    )
    distribution = forms.TypedChoiceField(
        label=_("Who should see the event once it is published?"),
        coerce=int,
        widget=forms.RadioSelect,
        initial=RECIPIENT_DECIDES,
    )
    sharing_group_id = forms.TypedChoiceField(
        label=_("Sharing group"), coerce=int, required=False, empty_value=None
    )
    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Explain why you are asking, and what to bear in mind when publishing."),
    )

    def __init__(self, *args: Any, actor: Actor, groups: Iterable[SharingGroup], **options: Any) -> None:
        super().__init__(*args, **options)
        others = organisations().exclude(pk=actor.organisation_id)
        self.fields["org_id"].queryset = others  # type: ignore[attr-defined]
        groups = list(groups)
        levels = [level for level in OFFERED if groups or level != Distribution.SHARING_GROUP]
        self.fields["distribution"].choices = [  # type: ignore[attr-defined]
            (RECIPIENT_DECIDES, gettext("Let them decide")),
            *((int(level), REACHES[level]) for level in levels),
        ]
        self.fields["sharing_group_id"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Choose a group")),
            *((group.pk, group.name) for group in groups),
        ]
        if not groups:
            del self.fields["sharing_group_id"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        needs_group = cleaned.get("distribution") == Distribution.SHARING_GROUP
        if needs_group and not cleaned.get("sharing_group_id"):
            self.add_error("sharing_group_id", gettext("Choose which group."))
        return cleaned

    def document(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "org_id": cleaned["org_id"].pk,
            "distribution": cleaned["distribution"],
            "sharing_group_id": cleaned.get("sharing_group_id"),
            "message": cleaned["message"].replace("\r\n", "\n"),
        }
