"""Forms of the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.membership.contacts.models import ContactRole
from vardkase.hub.membership.counties import COUNTIES
from vardkase.hub.membership.members.models import MembershipState
from vardkase.hub.membership.phases.queries import phase_titles
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.hub.office.bulk_mail.queries import StatementChoice
from vardkase.hub.office.delegation.queries import delegable
from vardkase.hub.office.delegation.services import LONGEST_SOURCE
from vardkase.hub.office.evaluations.services import LONGEST as LONGEST_EVALUATION
from vardkase.hub.office.evaluations.services import LONGEST_QUESTION, LONGEST_TITLE, MOST_QUESTIONS
from vardkase.hub.office.quarterly.services import LONGEST_REASON as LONGEST_ISSUE_REASON
from vardkase.hub.office.reasons.models import ReasonKind
from vardkase.hub.office.reasons.services import LONGEST
from vardkase.hub.office.staff import staff
from vardkase.identity.accounts.four_eyes.parties import NAMES, OFFICERS, Party
from vardkase.identity.accounts.models import User
from vardkase.web.ui.forms.fields import LinesField, day_field

LONGEST_REASON = 500


def _people(label: Any, **more: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        empty_value=None,
        choices=lambda: [("", "–"), *staff().values_list("pk", "email")],
        **more,
    )


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Reason for the change"),
        max_length=LONGEST_REASON,
        help_text=_("Shown to the second person, who approves the change."),
    )


class AbsenceForm(forms.Form):
    """Its `colleagues` are those whose absence the actor may register."""

    user = _people(
        _("Who is away"),
        help_text=_(
            "You, and those whose tasks you also get. Officers also register absence for each other. "
            "Others register their own."
        ),
    )
    first = day_field(label=pgettext_lazy("absence", "First day"))
    last = day_field(label=pgettext_lazy("absence", "Last day"))
    deputy = _people(
        _("Deputy"),
        required=False,
        help_text=_(
            "Gets the tasks from the first day to the last. Leave empty if nobody has duties that cover them: "
            "the tasks then have no owner, and everyone whose duties cover a task can take it."
        ),
    )

    def __init__(self, *args: Any, colleagues: Sequence[User], **more: Any) -> None:
        super().__init__(*args, **more)
        chosen = cast(forms.ChoiceField, self.fields["user"])
        chosen.choices = [("", "–"), *((each.pk, each.email) for each in colleagues)]


class DecisionRightForm(forms.Form):
    action = forms.ChoiceField(
        label=_("Kind of decision"), choices=lambda: [(each.name, each.title) for each in delegable()]
    )
    user = _people(_("Person"), required=False)
    duty = forms.ChoiceField(
        label=_("Or everyone with the duty"),
        required=False,
        choices=[("", "–"), *((party.value, NAMES[party]) for party in Party if party in OFFICERS)],
    )
    first = day_field(label=_("From"))
    last = day_field(
        label=_("Until"), required=False, help_text=_("Leave empty if it applies until further notice.")
    )
    source = forms.CharField(
        label=_("Decision that delegates"),
        max_length=LONGEST_SOURCE,
        help_text=_(
            "Its number in your registry, for example the rules of procedure or a decision by the head."
        ),
    )
    reason = _reason()


def _filter(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=lambda: [("", _("All")), *choices()])


def _open_states() -> list[tuple[str, Any]]:
    return [(state.value, state.label) for state in MembershipState if state != MembershipState.TERMINATED]


class BulkMailForm(forms.Form):
    """To whom, and what. Its first fields are FILTERS and the role."""

    sector = _filter(_("Legal form"), lambda: Sector.choices)
    phase = _filter(_("Phase"), lambda: phase_titles().items())
    connection = _filter(_("Connection method"), lambda: Connection.choices)
    nis2 = _filter(_("NIS2"), lambda: Nis2Status.choices)
    state = _filter(_("Status"), _open_states)
    county = _filter(_("County"), lambda: COUNTIES)
    statement = _filter(_("Security statement"), lambda: StatementChoice.choices)
    role = forms.ChoiceField(label=_("Contacts"), choices=ContactRole.choices, initial=ContactRole.MAIN)
    subject_sv = forms.CharField(label=_("Subject in Swedish"), max_length=150)
    text_sv = forms.CharField(
        label=_("Text in Swedish"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8, "lang": "sv"})
    )
    subject_en = forms.CharField(label=_("Subject in English"), max_length=150)
    text_en = forms.CharField(
        label=_("Text in English"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8, "lang": "en"})
    )
    reason = forms.CharField(
        label=_("Why it is sent"),
        max_length=LONGEST_REASON,
        help_text=_("Shown to the second person, who approves the mail."),
    )


class ReasonTextForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of decision"), choices=ReasonKind.choices)
    title = forms.CharField(
        label=_("Name"),
        max_length=LONGEST["title"],
        help_text=_("How officers find it. Not part of the text."),
    )
    text_sv = forms.CharField(
        label=_("Text in Swedish"),
        max_length=LONGEST["text_sv"],
        widget=forms.Textarea(attrs={"rows": 6, "lang": "sv"}),
        help_text=_("Mark what has to be filled in with square brackets, such as [date]."),
    )
    text_en = forms.CharField(
        label=_("Text in English"),
        max_length=LONGEST["text_en"],
        widget=forms.Textarea(attrs={"rows": 6, "lang": "en"}),
    )


class EndRightForm(forms.Form):
    last = day_field(label=pgettext_lazy("decision right", "Last day"))
    reason = _reason()


class WithdrawRightForm(forms.Form):
    reason = _reason()


class IssueForm(forms.Form):
    """Asks for a reason only if the quarter was reported before."""

    reason = forms.CharField(
        label=_("Why it is issued again"),
        max_length=LONGEST_ISSUE_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown with the report. The earlier one stays."),
    )

    def __init__(self, *args: Any, is_again: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_again:
            del self.fields["reason"]


class EvaluationForm(forms.Form):
    title = forms.CharField(label=_("Heading"), max_length=LONGEST_TITLE)
    phase = forms.TypedChoiceField(
        label=_("Phase"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=lambda: [
            ("" if number is None else number, title or "–") for number, title in phase_titles().items()
        ],
        help_text=_("Leave empty if the evaluation is not about an onboarding phase."),
    )
    first = day_field(label=_("From"))
    last = day_field(label=_("Until"))
    goals = forms.CharField(
        label=_("Goals"), max_length=LONGEST_EVALUATION, widget=forms.Textarea(attrs={"rows": 5})
    )
    questions = LinesField(
        label=_("Questions to answer"),
        max_length=MOST_QUESTIONS * (LONGEST_QUESTION + 1),
        help_text=_("One question per line. An answer goes with its question, as long as its wording stays."),
    )


class EvaluationTextForm(forms.Form):
    """What was tried and learnt, and a field for the answer to each question."""

    tried = forms.CharField(
        label=_("What was tried"),
        required=False,
        max_length=LONGEST_EVALUATION,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    learnt = forms.CharField(
        label=_("What was learnt"),
        required=False,
        max_length=LONGEST_EVALUATION,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, questions: Sequence[Mapping[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for place, question in enumerate(questions):
            self.fields[f"answer_{place}"] = forms.CharField(
                label=question["text"],
                initial=question["answer"],
                required=False,
                max_length=LONGEST_EVALUATION,
                widget=forms.Textarea(attrs={"rows": 4}),
            )


class EvaluationNoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note, or what the number counts"),
        max_length=LONGEST_EVALUATION,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    value = forms.DecimalField(
        label=pgettext_lazy("evaluation", "Number"),
        required=False,
        max_digits=15,
        decimal_places=2,
        help_text=_("Leave empty for a note."),
    )
