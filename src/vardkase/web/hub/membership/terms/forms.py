"""Forms for writing and accepting terms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from vardkase.hub.membership.agreements.services.acceptance import LONGEST as LONGEST_NAME
from vardkase.hub.membership.questionnaire.steps import STEPS
from vardkase.hub.membership.terms.criteria import LONGEST_HELP, LONGEST_TITLE
from vardkase.hub.membership.terms.drafts import LONGEST
from vardkase.identity.accounts.four_eyes.services import LONGEST as LONGEST_REASON
from vardkase.identity.accounts.four_eyes.settings import APPROVAL_DAYS


def _area(label: Any, rows: int, longest: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


class DraftForm(forms.Form):
    text_sv = _area(_("Text in Swedish (Markdown)"), 24, LONGEST)
    text_en = _area(_("Text in English (Markdown)"), 24, LONGEST)


class CriterionForm(forms.Form):
    title_sv = forms.CharField(label=_("Name in Swedish"), max_length=LONGEST_TITLE)
    title_en = forms.CharField(label=_("Name in English"), max_length=LONGEST_TITLE)
    help_sv = _area(_("Requirements, in Swedish"), 2, LONGEST_HELP, required=False)
    help_en = _area(_("Requirements, in English"), 2, LONGEST_HELP, required=False)
    step = forms.ChoiceField(
        label=_("Part of the application that shows it"), choices=[(step.name, step.title) for step in STEPS]
    )
    only_api = forms.BooleanField(label=_("Only for those who connect by API"), required=False)


class PublishForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    answer_by = forms.DateField(
        label=_("Last day to answer"),
        help_text=_(
            "Members that have not answered are reminded 14, 7 and 1 days before, and the day after."
        ),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("Reason for the new version"),
        max_length=LONGEST_REASON,
        help_text=_("Shown to the second person, who approves the change."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    confirmed = forms.BooleanField(error_messages={"required": _("Confirm how many members to ask.")})

    def __init__(self, version: int, members: int, earliest: date, data: Any = None) -> None:
        super().__init__(data, initial={"answer_by": earliest + timedelta(days=APPROVAL_DAYS.value)})
        label = ngettext(
            "Yes, version %(version)s should apply once approved, and %(count)s member should be asked by e-mail",
            "Yes, version %(version)s should apply once approved, and %(count)s members should be asked by e-mail",
            members,
        )
        self.fields["confirmed"].label = label % {"version": version, "count": members}


class AcceptanceForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name of the signatory"), max_length=LONGEST_NAME)
    role = forms.CharField(label=_("Position"), max_length=LONGEST_NAME)
    accepted = forms.BooleanField(
        label=_(
            "The signatory is authorised to represent the organisation, and accepts the terms on its behalf"
        )
    )
