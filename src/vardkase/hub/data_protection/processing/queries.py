"""The hub owner's record of processing activities: versioned with the legal rules, changed by two people."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import cast

from django.db.models import Count, Max
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vardkase.hub.correspondence.letters.wording import owner_name, sender_and_address
from vardkase.hub.law.kinds import LegalRuleKind, ProcessingActivity
from vardkase.hub.law.models import LegalRuleVersion
from vardkase.hub.law.queries import LegalRule, rules
from vardkase.hub.public_pages.passages import PassagePart
from vardkase.hub.public_pages.queries import shown

LABELS = {
    "purposes": _("Purposes and legal basis"),
    "persons": _("Categories of persons and data"),
    "recipients": _("Recipients, and transfers to third countries"),
    "erased": _("When it is erased"),
    "security": _("Security measures"),
}


@dataclass(frozen=True, slots=True)
class RecordOfProcessing:
    """`version` counts the changes that have been approved; 0 is as the hub was delivered."""

    controller: str
    contact: str
    data_protection_officer: str
    version: int
    changed: datetime | None
    activities: list[LegalRule]


def record_of_processing() -> RecordOfProcessing:
    changes = LegalRuleVersion.objects.filter(kind=LegalRuleKind.PROCESSING)
    facts = changes.aggregate(count=Count("pk"), last=Max("at"))
    return RecordOfProcessing(
        owner_name(),
        sender_and_address(),
        data_protection_officer(),
        facts["count"],
        facts["last"],
        [rule for rule in rules(LegalRuleKind.PROCESSING) if not rule.is_retired],
    )


def data_protection_officer() -> str:
    """Who it is and how they are reached, as the hub owner has stated it, in the active language."""
    language = "sv" if (get_language() or "sv").startswith("sv") else "en"
    statements = {each.name: each.in_language(language).text for each in shown(PassagePart.PRIVACY)}
    return statements.get("dpo", "")


def parts_of(activity: LegalRule) -> list[tuple[str, str]]:
    """What the record says of an activity but its name, as label and text in the active language."""
    content = cast(ProcessingActivity, activity.content)
    ending = "_sv" if (get_language() or "sv").startswith("sv") else "_en"
    return [
        (str(LABELS[name.removesuffix(ending)]), str(getattr(content, name)))
        for name in (field.name for field in fields(content))
        if name.endswith(ending) and name.removesuffix(ending) in LABELS
    ]
