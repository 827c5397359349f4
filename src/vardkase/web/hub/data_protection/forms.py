"""Forms for requests from data subjects, and for breaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.data_protection.breaches.models import BreachKind, BreachRisk, BreachRole
from vardkase.hub.data_protection.breaches.services import LONGEST, LONGEST_HOW, LONGEST_REFERENCE
from vardkase.hub.data_protection.requests.models import DataSubjectRight, ItemOutcome
from vardkase.hub.data_protection.requests.rules import outcomes_of, refusal_grounds, right_in_words
from vardkase.hub.data_protection.requests.services import LONGEST_NAME, LONGEST_REASON, LONGEST_TEXT
from vardkase.hub.data_protection.requests.terms import SearchTerm, TermKind, field_of

LONGEST_LIST = 4_000
FORMAT = "%Y-%m-%dT%H:%M"
TERM_LABELS = {
    TermKind.NAME: _("Names"),
    TermKind.EMAIL: _("E-mail addresses"),
    TermKind.PHONE: _("Telephone numbers"),
    TermKind.PERSONAL_NUMBER: _("Personal identity numbers"),
    TermKind.ACCOUNT: _("User names and accounts"),
    TermKind.IP: _("IP addresses"),
}


class TermsForm(forms.Form):
    """What to search for, one value per line."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for kind, label in TERM_LABELS.items():
            self.fields[field_of(kind)] = forms.CharField(
                label=label,
                required=False,
                max_length=LONGEST_LIST,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.fields[field_of(TermKind.NAME)].help_text = _("One on each line, in each of the fields.")


def initial_terms(terms: tuple[SearchTerm, ...]) -> Mapping[str, str]:
    return {field_of(kind): "\n".join(term.text for term in terms if term.kind == kind) for kind in TermKind}


class DataSubjectForm(TermsForm):
    rights = forms.MultipleChoiceField(
        label=_("What do you want?"),
        choices=DataSubjectRight.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    name = forms.CharField(label=_("Your name"), max_length=LONGEST_NAME)
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("We send a confirmation to this address, with a link for following the request."),
    )
    text = forms.CharField(
        label=_("Anything we should know"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For example what is wrong, or why you object."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields[field_of(TermKind.NAME)].label = _("Other names")
        self.fields[field_of(TermKind.EMAIL)].label = _("Other e-mail addresses")
        self.fields[field_of(TermKind.NAME)].help_text = _(
            "We search for your name and e-mail address. Here you can give more to search for, one on each line."
        )
        self.order_fields(["rights", "name", "email", "address", "arrived_on", "text"])


class RegisterDataRequestForm(DataSubjectForm):
    address = forms.CharField(
        label=_("Postal address"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    arrived_on = forms.DateField(
        label=_("Arrived on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The time to answer is counted from this day."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, label in (
            ("rights", _("What the person asks for")),
            ("name", _("Name of the person")),
            ("email", _("E-mail address of the person")),
            ("text", _("What the person wrote")),
        ):
            self.fields[name].label = label
            self.fields[name].help_text = ""
        self.fields["email"].required = False
        self.fields[field_of(TermKind.NAME)].help_text = _("One on each line, in each of the fields.")


class BecauseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The person reads it through their private link."),
    )


HOW_TO_RESTRICT = _(
    "If the processing is restricted, the hub only keeps the item from disposal. Make sure yourself that it is not "
    "used or shared, for example by narrowing its distribution."
)
RESTRICTED_OR_REFUSED = _("How the processing is restricted, or the reason for a refusal")


class ItemAnswerForm(forms.Form):
    """What was decided on each of the rights that were asked for."""

    def __init__(self, *arguments: Any, rights: Sequence[str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.rights = rights
        for right in rights:
            outcomes = [(outcome.value, outcome.label) for outcome in outcomes_of(right)]
            may_restrict = ItemOutcome.RESTRICTED in outcomes_of(right)
            self.fields[f"{right}_outcome"] = forms.ChoiceField(
                label=_("Outcome"),
                required=False,
                choices=[("", _("Choose")), *outcomes],
                help_text=HOW_TO_RESTRICT if may_restrict else "",
            )
            self.fields[f"{right}_ground"] = forms.ChoiceField(
                label=_("Refused under"),
                required=False,
                choices=[("", _("Nothing was refused")), *refusal_grounds(right).items()],
            )
            self.fields[f"{right}_reason"] = forms.CharField(
                label=RESTRICTED_OR_REFUSED if may_restrict else _("Reason for a refusal"),
                max_length=LONGEST_REASON,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("The person reads it in the reply."),
            )

    def add_error(self, field: str | None, error: Any) -> None:
        """Name the right, since the summary of errors shows the label alone and several rights share it."""
        if field and field in self.fields:
            label = str(self.fields[field].label)
            right = right_in_words(field.rpartition("_")[0])
            self[field].label = f"{right}: {label[:1].lower()}{label[1:]}"
        super().add_error(field, error)

    @property
    def by_right(self) -> list[tuple[str, list[forms.BoundField]]]:
        parts = ("outcome", "ground", "reason")
        return [(right_in_words(right), [self[f"{right}_{part}"] for part in parts]) for right in self.rights]


class RecipientsToldForm(forms.Form):
    told = forms.CharField(
        label=_("How the recipients were told"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DataReplyForm(forms.Form):
    text = forms.CharField(
        label=_("Reasons"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "What was searched for, and why the reply is as it is. The rest of the letter is filled in."
        ),
    )
    without_because = forms.CharField(
        label=_("Why the reply is sent although not all have answered"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _moment(label: Any, **options: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=FORMAT)
    return forms.DateTimeField(
        label=label, widget=widget, input_formats=[FORMAT, "%Y-%m-%d %H:%M"], **options
    )


def _long(name: str, label: Any, rows: int = 3, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST[name], widget=widget, **options)


class BreachForm(forms.Form):
    title = forms.CharField(
        label=_("Heading"), max_length=LONGEST["title"], help_text=_("Without names of persons.")
    )
    aware_at = _moment(_("When it became known"), help_text=_("The 72 hours are counted from this time."))
    occurred = forms.CharField(label=_("When it happened"), max_length=LONGEST["occurred"], required=False)
    kinds = forms.MultipleChoiceField(
        label=_("What happened to the data"), choices=BreachKind.choices, widget=forms.CheckboxSelectMultiple
    )
    role = forms.ChoiceField(label=_("Role"), choices=BreachRole.choices, widget=forms.RadioSelect)
    description = _long("description", _("Description"), 6)
    persons = forms.IntegerField(label=_("Approximate number of persons"), min_value=0, required=False)
    records = forms.IntegerField(
        label=_("Approximate number of personal data records"), min_value=0, required=False
    )
    categories = _long("categories", _("Categories of persons and data"), required=False)
    consequences = _long("consequences", _("Likely consequences"), required=False)
    measures = _long("measures", _("Measures taken"), required=False)
    risk = forms.ChoiceField(label=_("Risk"), choices=BreachRisk.choices, widget=forms.RadioSelect)
    risk_because = _long("risk_because", _("Reasons for the assessment"), required=False)


class BreachReportForm(forms.Form):
    at = _moment(_("Reported at"))
    reference = forms.CharField(label=_("IMY’s reference number"), max_length=LONGEST_REFERENCE)
    late_because = forms.CharField(
        label=_("Reasons for the delay"),
        max_length=LONGEST_HOW,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed after the 72 hours."),
    )


class BreachToldForm(forms.Form):
    at = _moment(_("Informed at"), required=False)
    how = forms.CharField(label=_("How"), max_length=LONGEST_HOW, widget=forms.Textarea(attrs={"rows": 3}))
