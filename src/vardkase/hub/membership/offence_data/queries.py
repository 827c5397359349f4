"""Queries for who may process personal data on offences, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from vardkase.hub.law.kinds import LegalRuleKind
from vardkase.hub.law.queries import LegalRule, find_rule
from vardkase.hub.membership.offence_data.models import OffencePermission
from vardkase.hub.membership.offence_data.rules import NOT_A_MEMBER, OFFENCE_DATA, QUESTION_OF
from vardkase.hub.membership.phases.models import LegalPrecondition
from vardkase.hub.membership.phases.queries import recorded_preconditions
from vardkase.hub.membership.sectors import Sector


@dataclass(frozen=True, slots=True)
class FormGround:
    """What decides for a legal form (empty: organisations that are not members): the authority's answer to a question,
    or the record of a legal precondition."""

    legal_form: str
    rule: LegalRule | None
    precondition: LegalPrecondition | None


def form_grounds() -> Sequence[FormGround]:
    recorded = recorded_preconditions()[OFFENCE_DATA]
    return [
        FormGround(form, find_rule(LegalRuleKind.QUESTION, QUESTION_OF[form]), None)
        if form in QUESTION_OF
        else FormGround(form, None, recorded)
        for form in (*Sector.values, NOT_A_MEMBER)
    ]


def permissions() -> QuerySet[OffencePermission]:
    return OffencePermission.objects.select_related("organisation").order_by("-pk")
