"""Forms for legal rules, made from the declaration of their kind."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from vardkase.hub.law.kinds import LONGEST, MOST, LegalQuestion, LegalRuleKind, YesNo, labels
from vardkase.hub.law.queries import LegalRule, provisions

LONGEST_REASON = 500


class LegalRuleForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason for the change"),
        max_length=LONGEST_REASON,
        help_text=_("Shown to the second person, who approves the change, and kept with the version."),
    )

    def __init__(self, kind: LegalRuleKind, rule: LegalRule | None, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=asdict(rule.content) if rule else None)
        reason = self.fields.pop("reason")
        content = rule.content if rule else None
        editable = getattr(kind.shape, "editable", None)
        for name, about in labels(kind).items():
            if editable is None or name in editable:
                self.fields[name] = _field(name, about, content)
        if rule is None:
            self.fields["key"] = forms.CharField(
                label=_("Name in the API"),
                max_length=40,
                help_text=_(
                    "Lower-case letters, digits and underscores, for example osl_19_1. Cannot be changed later."
                ),
            )
        self.fields["reason"] = reason

    @property
    def content(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("reason", "key")}


class RetireForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON)


def _field(name: str, about: Any, content: object) -> forms.Field:
    label = about["label"]
    if about.get("provision"):
        cited = [(key, provision.title) for key, provision in provisions().items()]
        return forms.ChoiceField(label=label, choices=cited)
    if choices := about.get("choices"):
        return forms.ChoiceField(label=label, choices=choices.choices)
    if isinstance(content, LegalQuestion) and content.answers:
        offered = [(answer, YesNo(answer).label) for answer in content.answers]
        return forms.ChoiceField(label=label, choices=offered, widget=forms.RadioSelect)
    if name in ("number", "years"):
        return forms.IntegerField(label=label, min_value=0, max_value=MOST)
    language = {"lang": name[-2:]} if name.endswith(("_sv", "_en")) else {}
    long = isinstance(content, LegalQuestion) or about.get("long")
    widget = forms.Textarea({"rows": 3} | language) if long else forms.TextInput(language)
    required = name not in ("text_seen", "test_sv", "test_en")
    return forms.CharField(
        label=label, max_length=LONGEST, required=required, widget=widget, help_text=about.get("help", "")
    )
