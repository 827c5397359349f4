"""Forms for memberships and checklists, for officers, operators and members."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.membership.members.adverse_decisions import (
    LABELS,
    ChangeGround,
    Heard,
    Immediate,
    LiftGround,
)
from vardkase.hub.membership.members.adverse_decisions import LONGEST as LONGEST_NOTE
from vardkase.hub.membership.members.details import CONTACTS, FIELDS
from vardkase.hub.membership.members.models import RestrictionKind
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.services.hearings import INTENDED
from vardkase.hub.membership.members.services.transitions import LONGEST as LONGEST_REASON
from vardkase.hub.membership.members.sign_in_minimum import LONGEST, SHORTEST
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.identity.organisations.models import Organisation, SignInRule
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.web.ui.forms.fields import day_field
from vardkase.web.ui.forms.reason import ROWS, ReasonForm


class ChangeDecisionForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("Shown to the member in the decision.")


class SignInMinimumForm(ReasonForm):
    rules = forms.MultipleChoiceField(
        label=_("What is required"),
        choices=SignInRule.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    key_days = forms.IntegerField(
        label=_("Longest validity of a key, in days"),
        min_value=SHORTEST,
        max_value=LONGEST,
        help_text=_("Applies where keys must be bound. Keys that are valid for longer stop working."),
    )
    field_order = ("rules", "key_days", "reason")


class ActivateForm(forms.Form):
    reason = forms.CharField(
        label=_("Reasons"), widget=forms.Textarea(attrs=ROWS), max_length=4000, required=False
    )


class AdverseDecisionForm(ChangeDecisionForm):
    """A decision against a member, with what it has to state."""

    milder_considered = forms.CharField(
        label=LABELS["milder_considered"], widget=forms.Textarea(attrs=ROWS), max_length=LONGEST_NOTE
    )
    hearing = forms.ChoiceField(label=LABELS["hearing"], choices=Heard.choices, widget=forms.RadioSelect)
    hearing_note = forms.CharField(
        label=LABELS["hearing_note"], widget=forms.Textarea(attrs=ROWS), max_length=LONGEST_NOTE
    )
    ground = forms.ChoiceField(label=LABELS["ground"], choices=ChangeGround.choices, widget=forms.RadioSelect)
    immediate = forms.ChoiceField(
        label=LABELS["immediate"], choices=Immediate.choices, widget=forms.RadioSelect
    )
    immediate_note = forms.CharField(
        label=LABELS["immediate_note"],
        widget=forms.Textarea(attrs=ROWS),
        max_length=LONGEST_NOTE,
        help_text=_("How intrusive it is, whether it can be undone, and anything else that was weighed."),
    )
    dissent = forms.CharField(
        label=LABELS["dissent"],
        required=False,
        widget=forms.Textarea(attrs=ROWS),
        max_length=LONGEST_NOTE,
        help_text=_("Of somebody who took part in the final handling. It is stated in the letter."),
    )

    def leave_out_reservation(self) -> None:
        """For a member whose approval reserved nothing."""
        field: Any = self.fields["ground"]
        field.choices = [choice for choice in field.choices if choice[0] != ChangeGround.RESERVED]
        field.error_messages["invalid_choice"] = str(MemberProblem.NOT_RESERVED())


class SuspendForm(AdverseDecisionForm):
    kind = forms.ChoiceField(label=_("What is suspended"), choices=RestrictionKind.choices)
    until = day_field(
        label=_("Lifted on"), required=False, help_text=_("Leave empty to suspend until further notice.")
    )
    review_by = day_field(
        label=_("To be reviewed no later than"),
        required=False,
        help_text=_(
            "If the decision applies until further notice: the last day for reviewing whether it is to stand."
        ),
    )
    field_order = ("kind", "until", "review_by", "reason")


class KeepForm(ChangeDecisionForm):
    review_by = day_field(label=_("To be reviewed no later than"))
    field_order = ("review_by", "reason")


class LiftForm(ReasonForm):
    basis = forms.ChoiceField(label=_("Ground"), choices=LiftGround.choices, widget=forms.RadioSelect)
    dissent = forms.CharField(
        label=LABELS["dissent"], required=False, widget=forms.Textarea(attrs=ROWS), max_length=LONGEST_NOTE
    )
    field_order = ("basis", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("They are quoted word for word in the decision.")


class TerminateForm(AdverseDecisionForm):
    contributions = forms.CharField(
        label=_("What happens to the member’s contributions"),
        widget=forms.Textarea(attrs=ROWS),
        help_text=_(
            "Contributions stay on the hub. Describe what was agreed, such as whose name they appear under."
        ),
    )
    field_order = ("contributions", "reason")


class HearForm(forms.Form):
    intended = forms.ChoiceField(
        label=_("What you are considering"), choices=INTENDED.items(), widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("What the decision would be based on"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "Everything relevant to the decision. It is included in the letter for the member to comment on."
        ),
    )
    documents = forms.TypedMultipleChoiceField(
        label=_("Documents of the case that the member may read"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    file = forms.FileField(
        label=_("Another document for the member"),
        required=False,
        help_text=_("It is filed in the case. Up to 20 MB."),
    )
    answer_by = day_field(label=_("Last day to comment"))

    def __init__(self, documents: Iterable[CaseDocument], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["documents"]
        field.choices = [(each.number, str(each)) for each in documents]
        if not field.choices:
            del self.fields["documents"]


class OpenForm(forms.Form):
    organisation = forms.ModelChoiceField(
        Organisation.objects.filter(membership=None, local=True).order_by("name"),
        label=_("Organisation"),
        empty_label=_("Choose an organisation"),
    )
    sector = forms.ChoiceField(label=_("Legal form"), choices=Sector.choices)
    nis2 = forms.ChoiceField(label=_("Cybersecurity Act (NIS2)"), choices=Nis2Status.choices)
    connection = forms.ChoiceField(label=_("Connection method"), choices=Connection.choices)
    organisation_number = forms.CharField(label=_("Organisation number"), max_length=10, required=False)
    reason = forms.CharField(
        label=_("Reasons"),
        max_length=4000,
        widget=forms.Textarea(attrs=ROWS),
        help_text=_(
            "Why the organisation becomes a member without an application. Another officer approves it."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = field.queryset.exclude(pk=host_organisation_id() or 0)


class DetailsForm(forms.Form):
    note = forms.CharField(
        label=_("Reason for the change"), widget=forms.Textarea(attrs={"rows": 2}), required=False
    )

    def __init__(self, details: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in FIELDS.items():
            stored = details.get(name, "")
            if name == "name":
                self.fields[name] = forms.CharField(
                    label=str(field.label), initial=stored, max_length=255, required=False
                )
                continue
            if name.startswith("contact_"):
                self._contact(name.removeprefix("contact_"), stored or {})
                continue
            text = "\n".join(stored) if isinstance(stored, list) else stored
            self.fields[name] = forms.CharField(
                label=str(field.label), required=False, initial=text, widget=forms.Textarea(attrs={"rows": 3})
            )
        self.order_fields([name for name in self.fields if name != "note"])

    @property
    def contacts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(label, [self[f"{name}_{part}"] for part in PARTS]) for name, label in CONTACTS.items()]

    @property
    def rest(self) -> list[forms.BoundField]:
        return [
            self[name]
            for name in FIELDS
            if name not in ("name", "address") and not name.startswith("contact_")
        ]

    def _contact(self, name: str, stored: dict[str, str]) -> None:
        for part, label in PARTS.items():
            kind = forms.EmailField if part == "email" else forms.CharField
            self.fields[f"{name}_{part}"] = kind(
                label=label, required=False, initial=stored.get(part, ""), max_length=255
            )

    def wire(self, details: dict[str, Any]) -> dict[str, Any]:
        wire_details = {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}
        for name in CONTACTS:
            stored = details.get(f"contact_{name}") or {}
            contact = {part: self.cleaned_data[f"{name}_{part}"] for part in PARTS}
            same = contact["email"] == stored.get("email")
            wire_details[f"contact_{name}"] = {**contact, "key": stored.get("key", "") if same else ""}
        return wire_details


PARTS = {"name": _("Name"), "email": _("E-mail address"), "phone": _("Telephone")}
