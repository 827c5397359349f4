"""Forms for officers' assessment of an application."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.applications.models import CompletionKind
from vardkase.hub.membership.assessments.models import Outcome
from vardkase.hub.membership.assessments.services.decisions import DecisionResult
from vardkase.hub.membership.assessments.services.reviews import LONGEST, LONGEST_REGISTRY_NUMBER
from vardkase.hub.membership.members.adverse_decisions import LABELS, LiftGround
from vardkase.hub.membership.questionnaire.steps import STEPS
from vardkase.web.hub.membership.assessments.condition_rows import ConditionRows


def _text(label: Any, rows: int = 3, *, required: bool = True, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class CompletionForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=CompletionKind.choices,
        initial=CompletionKind.QUESTION,
        required=False,
        widget=forms.RadioSelect,
        help_text=_(
            "Order only what the application cannot be examined without. The letter states what follows, and nothing "
            "else can follow."
        ),
    )
    text = _text(
        _("What is missing?"), 6, hint=_("It appears in the letter and on the applicant’s status page.")
    )
    steps = forms.MultipleChoiceField(
        label=_("Parts that the applicant can change"),
        choices=[(step.name, step.title) for step in STEPS],
        widget=forms.CheckboxSelectMultiple,
    )
    complete_by = forms.DateField(
        label=_("Last day to submit it"),
        required=False,
        help_text=_(
            "The period set in the legal rules, unless you choose another day. It is given in the letter."
        ),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_kind(self) -> str:
        return str(self.cleaned_data["kind"] or CompletionKind.QUESTION)


class ResumeForm(forms.Form):
    note = _text(
        _("Why are you continuing without it?"),
        2,
        hint=_(
            "How the information was received instead, or that none was received in time. This is kept in "
            "the history. The applicant is notified that the assessment continues."
        ),
    )


class ArrivedForm(ResumeForm):
    """After an order: what was missing has arrived, in another way."""

    arrived = forms.BooleanField(label=_("What was missing has arrived in another way"))


class DismissalForm(forms.Form):
    reasons = _text(
        _("Reasons for the dismissal"),
        hint=_("Why what is missing prevents an examination. Quoted word for word in the letter."),
    )


class ReopeningForm(forms.Form):
    basis = forms.ChoiceField(label=_("Ground"), choices=LiftGround.choices, widget=forms.RadioSelect)
    reasons = _text(_("Reasons for the decision"), hint=_("Quoted word for word in the letter."))
    dissent = _text(LABELS["dissent"], required=False)


class RegistryForm(forms.Form):
    registry_number = forms.CharField(
        label=_("Case reference number"),
        required=False,
        max_length=LONGEST_REGISTRY_NUMBER,
        help_text=_("The number in your own registry. It appears in the header of letters from now on."),
    )


class CaseMessageForm(forms.Form):
    text = _text(_("Message"), 2)


class ProposalForm(ConditionRows):
    outcome = forms.ChoiceField(
        label=_("Proposed decision"),
        choices=[each for each in Outcome.choices if each[0] != Outcome.DISMISS],
        widget=forms.RadioSelect,
    )
    reasons = _text(_("Reasons for the decision"), hint=_("Quoted word for word in the letter."))
    exception = _text(
        _("Exception"),
        2,
        required=False,
        hint=_("Only if you approve although a criterion is not met. Explain why it can still be approved."),
    )


class AnswerForm(forms.Form):
    """The second officer's answer; nothing is preselected."""

    answer = forms.ChoiceField(choices=[(result.value, result.value) for result in DecisionResult])
    text = _text(_("Your question or reasons"), required=False)
    exception = _text(
        _("Exception"),
        2,
        required=False,
        hint=_("Only if you approve although a criterion is not met. Explain why it can still be approved."),
    )


class PartialityForm(forms.Form):
    """Whether an officer has a conflict of interest in a case, and why."""

    partial = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            ("1", _("I have a conflict of interest and will take no part in this case")),
            ("0", _("I have no conflict of interest")),
        ],
        widget=forms.RadioSelect,
    )
    reason = _text(_("Why?"), hint=_("It is kept with the case and read by the hub’s officers."))
