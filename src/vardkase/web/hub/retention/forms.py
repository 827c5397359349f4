"""Forms of retention."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.case_files.models import CaseKind
from vardkase.hub.retention.models import CountedFrom, RetentionPlanRule, RetentionWay
from vardkase.hub.retention.rules import (
    LONGEST_TAG,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_MONTHS,
    content_of,
)
from vardkase.intel.personal_data.kinds import PersonalDataKind

LONGEST_REASON = 500


class ProposalReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("Shown to the second person, who approves it, and kept on record."),
    )


class _RuleForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    starts_on = forms.DateField(
        label=_("In force from"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Nothing is due by the rule before this day."),
    )

    def __init__(self, rule: RetentionPlanRule | None, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=self._shown(rule) if rule else None)
        self.fields["reason"] = ProposalReasonForm.base_fields["reason"]

    def _shown(self, rule: RetentionPlanRule) -> dict[str, Any]:
        return content_of(rule)

    @property
    def content(self) -> dict[str, Any]:
        found = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return found | {"starts_on": found["starts_on"].isoformat()}


class PersonalDataRuleForm(_RuleForm):
    """What is given has to be met together."""

    kind = forms.ChoiceField(
        label=_("Kind of personal data"),
        required=False,
        choices=[("", _("Any kind")), *PersonalDataKind.choices],
        help_text=_("As the hub marks it. At least one of kind, attribute type and tag is needed."),
    )
    attribute_type = forms.CharField(
        label=_("Attribute type"),
        required=False,
        max_length=100,
        help_text=_("For example email-src. Without a kind, the whole value of every such attribute is due."),
    )
    tag = forms.CharField(
        label=pgettext_lazy("noun", "Tag"),
        required=False,
        max_length=LONGEST_TAG,
        help_text=_("Of the event or the attribute, for example retention:expired."),
    )
    months = forms.IntegerField(
        label=_("Period, in months"),
        min_value=1,
        max_value=MOST_MONTHS,
    )
    counted_from = forms.ChoiceField(label=_("Counted from"), choices=CountedFrom.choices)
    way = forms.ChoiceField(
        label=_("What is done"),
        choices=RetentionWay.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "The same detail gets the same pseudonym within an event. Whoever has the hub’s key can test a guessed "
            "detail against it: it is still personal data."
        ),
    )
    includes_versions = forms.BooleanField(
        label=_("Also in versions kept as public records"),
        required=False,
        help_text=_(
            "Published versions are public records of the connected authorities. Only the personal data are replaced: "
            "number, date and a mark of the rule stay."
        ),
    )
    legal_ground = forms.CharField(
        label=_("Support for disposal"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Needed for versions kept as public records: the regulation or decision that allows disposal, for the hub "
            "owner (for example RA-MS 2026:12) and for each connected authority that holds the version (for "
            "municipalities and regions, their own decisions)."
        ),
    )
    duty_note = forms.CharField(
        label=_("Weighing of preservation against storage limitation"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Needed for versions kept as public records. Storage limitation (GDPR, article 5.1 e) does not by itself "
            "permit disposal: support under section 10 of the Archives Act is needed (chapter 1, section 7 of the "
            "Data Protection Act). State why the data may be disposed of now."
        ),
    )
    field_order = (
        "title",
        "kind",
        "attribute_type",
        "tag",
        "months",
        "counted_from",
        "way",
        "includes_versions",
        "legal_ground",
        "duty_note",
        "starts_on",
        "reason",
    )


class CaseRuleForm(_RuleForm):
    case_kind = forms.ChoiceField(label=_("Kind of case"), choices=CaseKind.choices)
    years = forms.IntegerField(
        label=_("Period, in years after the case was closed"), min_value=1, max_value=MOST_MONTHS // 12
    )
    legal_ground = forms.CharField(
        label=_("Support for disposal"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "The reference of the regulation or decision by which the authority disposes of these records, for example "
            "RA-MS 2026:12."
        ),
    )
    field_order = ("title", "case_kind", "years", "legal_ground", "starts_on", "reason")

    def _shown(self, rule: RetentionPlanRule) -> dict[str, Any]:
        return content_of(rule) | {"years": rule.months // 12}

    @property
    def content(self) -> dict[str, Any]:
        found = super().content
        return found | {"months": found.pop("years") * 12}
