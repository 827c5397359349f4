"""Models for requests for public records."""

from vardkase.hub.public_records.cases.models.answers import (
    CaseOutcome,
    RecordsAnswer,
    RecordsAnswerKind,
    RecordsServedHow,
)
from vardkase.hub.public_records.cases.models.case import (
    CaseState,
    ConsultationAnswer,
    Coordination,
    CoordinationMessage,
    CoordinationParty,
    MemberConsultation,
    RecordsCase,
    RequestChannel,
    Requester,
)
from vardkase.hub.public_records.cases.models.items import Assessed, CaseItem, ItemAssessment

__all__ = [
    "Assessed",
    "CaseItem",
    "CaseOutcome",
    "CaseState",
    "ConsultationAnswer",
    "Coordination",
    "CoordinationMessage",
    "CoordinationParty",
    "ItemAssessment",
    "MemberConsultation",
    "RecordsAnswer",
    "RecordsAnswerKind",
    "RecordsCase",
    "RecordsServedHow",
    "RequestChannel",
    "Requester",
]
