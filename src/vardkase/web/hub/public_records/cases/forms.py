"""Forms for requests for public records. None has a field for the purpose of a request (TF 2:18)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.public_records.cases.models import (
    Assessed,
    ConsultationAnswer,
    RecordsAnswerKind,
    RecordsServedHow,
    Requester,
)
from vardkase.hub.public_records.cases.services.assessing import grounds
from vardkase.hub.public_records.cases.settings import MOST_HOURS
from vardkase.hub.public_records.cases.texts import LONGEST, LONGEST_NAME, LONGEST_REQUEST
from vardkase.web.hub.case_files.forms import moment_field
from vardkase.web.ui.forms.fields import day_field

MOMENT = "%Y-%m-%dT%H:%M"


def _long(label: Any, rows: int = 4, *, most: int = LONGEST, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


class RequesterForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=255, required=False)
    postal_address = forms.CharField(
        label=_("Postal address"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    requester = forms.ChoiceField(
        label=_("Who asks"),
        choices=Requester.choices,
        initial=Requester.PRIVATE,
        widget=forms.RadioSelect,
        help_text=_(
            "Decides only where a refusal is appealed, and by when. Do not ask who the requester is or why."
        ),
    )


class RegisterRequestForm(RequesterForm):
    request = _long(
        _("What is requested"),
        6,
        most=LONGEST_REQUEST,
        help_text=_("In the requester’s words. Do not ask what the records are for."),
    )
    asked_at = forms.DateTimeField(
        label=_("Arrived"),
        required=False,
        input_formats=[MOMENT, "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        help_text=_("When the request reached the authority. Empty: now."),
    )
    field_order = ("request", "asked_at", "name", "email", "postal_address", "requester")


class VisitorRequestForm(forms.Form):
    request = _long(
        _("Which records do you want?"),
        6,
        most=LONGEST_REQUEST,
        help_text=_("As precisely as you can, for example a subject and a period."),
    )
    email = forms.EmailField(
        label=_("E-mail address (optional)"),
        max_length=255,
        required=False,
        help_text=_("We send a receipt and tell you when there is an answer. You can stay anonymous."),
    )
    name = forms.CharField(label=_("Name (optional)"), max_length=LONGEST_NAME, required=False)
    postal_address = forms.CharField(
        label=_("Postal address (optional)"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("If you want the copies on paper. There may be a fee."),
    )


class HoursForm(forms.Form):
    hours = forms.IntegerField(
        label=_("Hours to answer"),
        min_value=1,
        max_value=MOST_HOURS,
        help_text=_("At most two days. An answer is due promptly, and does not wait for the members."),
    )


class ConsultationForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("May the material be released?"),
        choices=ConsultationAnswer.choices,
        widget=forms.RadioSelect,
    )
    parts = _long(_("Which parts should be withheld?"), required=False)
    harm = _long(
        _("What harm would their release do?"),
        required=False,
        help_text=_(
            "To whom or what, and how. Most grounds require a harm: without one the information cannot be "
            "withheld."
        ),
    )
    name = forms.CharField(label=_("Your name"), max_length=LONGEST_NAME)


class AnswerByHandForm(ConsultationForm):
    """What a member answered by phone or on paper."""

    name = forms.CharField(label=_("Who answered"), max_length=LONGEST_NAME)
    at = moment_field(label=_("When"))
    file = forms.FileField(
        label=_("The answer as it arrived"),
        required=False,
        help_text=_("Up to 20 MB. Leave empty for a call."),
    )
    field_order = ("name", "at", "answer", "parts", "harm", "file")


class AssessmentForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Assessment"), choices=Assessed.choices, widget=forms.RadioSelect)
    masks = _long(
        _("Text to mask, one on each line"),
        required=False,
        most=100_000,
        help_text=_("Hidden wherever it stands in the selected items. A masked attachment is left out."),
    )
    grounds = forms.MultipleChoiceField(
        label=_("Grounds for secrecy"), required=False, widget=forms.CheckboxSelectMultiple
    )
    harm = _long(
        _("Harm"),
        3,
        required=False,
        help_text=_("Why release would do harm. Stated in the decision: do not repeat the secret itself."),
    )
    condition = _long(
        _("Condition (förbehåll), if one removes the harm"),
        2,
        required=False,
        help_text=_("10 kap. 14 § OSL. Needs a known private requester, and can be appealed."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        offered = [(key, f"{ground.title}: {ground.summary}") for key, ground in grounds().items()]
        self.fields["grounds"].choices = offered  # type: ignore[attr-defined]


class RecordsAnswerForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What goes out"),
        choices=[(kind.value, kind.label) for kind in (RecordsAnswerKind.ANSWER, RecordsAnswerKind.DECISION)],
        widget=forms.RadioSelect,
    )
    reasons = _long(_("Reasons"), 5, required=False)
    presented_by = forms.CharField(
        label=_("Presented by"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Who presented the case, if somebody else than you did (föredragande)."),
    )
    on_paper = forms.BooleanField(label=_("The copies go out on paper, for the fee"), required=False)
    accepts_visible = forms.BooleanField(
        label=_("I have checked that the text that still occurs may go out"), required=False
    )
    files_read = forms.BooleanField(
        label=_("I have read the attachments: nothing that is withheld or masked is in them"), required=False
    )


class ReferralForm(forms.Form):
    other = forms.CharField(label=_("Authority that decides"), max_length=LONGEST_NAME)
    reasons = _long(
        _("Why"), help_text=_("2 kap. 17 § tryckfrihetsförordningen. Pass the request on at once.")
    )


class ServedForm(forms.Form):
    on = day_field(label=_("Served on"))
    how = forms.ChoiceField(
        label=_("How"),
        choices=[(how.value, how.label) for how in RecordsServedHow if how is not RecordsServedHow.LINK],
        widget=forms.RadioSelect,
    )


class RecordsNoteForm(forms.Form):
    note = _long(_("Note for the file"), 3, required=False)


class MessageForm(forms.Form):
    text = _long(_("Message"), 4)


class RequesterAppealForm(forms.Form):
    text = _long(
        _("How do you want the decision to be changed, and why?"),
        6,
        most=10_000,
        help_text=_("State how the court can reach you."),
    )
