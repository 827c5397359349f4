"""What a case about public records holds besides its file, removed when the authority's retention plan says so."""

from __future__ import annotations

from vardkase.hub.public_records.cases.models import (
    CaseItem,
    CoordinationMessage,
    MemberConsultation,
    RecordsAnswer,
    RecordsCase,
)


def dispose_of(case_id: int, mark: str) -> None:
    """Number, dates, outcome and what was paid stay. `mark` is written where the request was."""
    case = RecordsCase.objects.filter(pk=case_id).first()
    if case is None:
        return
    case.request, case.name, case.email, case.postal_address, case.network = mark, "", "", "", None
    case.save(update_fields=["request", "name", "email", "postal_address", "network"])
    RecordsAnswer.objects.filter(case=case).update(reasons="", assessments={})
    MemberConsultation.objects.filter(case=case).update(parts="", harm="", answered_by="")
    own = CoordinationMessage.objects.filter(
        coordination__parties__case=case, organisation=case.authority_id, at__gte=case.created
    )
    if case.closed_at:
        own = own.filter(at__lte=case.closed_at)
    own.update(text=mark)
    CaseItem.every.filter(case=case).delete()
