"""Retention rules in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.hub.case_files.models import CaseKind
from vardkase.hub.retention.models import CountedFrom, RetentionPlanRule, RetentionSubject, RetentionWay
from vardkase.hub.retention.rules import fields_of
from vardkase.intel.personal_data.kinds import PersonalDataKind

LABELS: Mapping[str, str | Promise] = {
    "subject": _("Concerns"),
    "title": _("Title"),
    "kind": _("Kind of personal data"),
    "attribute_type": _("Attribute type"),
    "tag": pgettext_lazy("noun", "Tag"),
    "case_kind": _("Kind of case"),
    "months": _("Time"),
    "counted_from": _("Counted from"),
    "way": _("What is done"),
    "includes_versions": _("Also in versions kept as public records"),
    "legal_ground": _("Support for disposal"),
    "duty_note": _("Weighing of preservation against storage limitation"),
    "starts_on": _("In force from"),
}
CHOICES: Mapping[str, Any] = {
    "subject": RetentionSubject,
    "kind": PersonalDataKind,
    "case_kind": CaseKind,
    "counted_from": CountedFrom,
    "way": RetentionWay,
}


def period_in_words(months: int) -> str:
    if months % 12:
        return ngettext("%(number)s month", "%(number)s months", months) % {"number": months}
    years = months // 12
    return ngettext("%(number)s year", "%(number)s years", years) % {"number": years}


def content_in_words(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    names = ("subject", *fields_of(str(content.get("subject", ""))))
    found = ((name, _in_words(name, content.get(name))) for name in names)
    return [(str(LABELS[name]), words) for name, words in found if words]


def _in_words(name: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if name == "months":
        return period_in_words(int(value))
    if name == "includes_versions":
        return gettext("Yes") if value else gettext("No")
    if name == "starts_on":
        return date_format(date.fromisoformat(str(value)), "j F Y")
    return str(CHOICES[name](value).label) if name in CHOICES else str(value)


def summary(rule: RetentionPlanRule) -> str:
    if rule.is_about_cases:
        return gettext("%(kind)s, %(period)s after closing") % {
            "kind": CaseKind(rule.case_kind).label,
            "period": period_in_words(rule.months),
        }
    named = [
        str(PersonalDataKind(rule.kind).label) if rule.kind else "",
        rule.attribute_type,
        rule.tag,
    ]
    return gettext("%(what)s: %(way)s after %(period)s. Counted from: %(start)s.") % {
        "what": ", ".join(name for name in named if name),
        "way": RetentionWay(rule.way).label.lower(),
        "period": period_in_words(rule.months),
        "start": CountedFrom(rule.counted_from).label.lower(),
    }
