"""The file of a case (`hub.case_files`): what arrived, what was sent and what was noted, and who may read it."""

from __future__ import annotations

from django.db.models import Q

from vardkase.audit.services import AuditActor, Target
from vardkase.hub.case_files.access import NONE, CaseAccess
from vardkase.hub.case_files.description import CaseDecision, CaseDescription
from vardkase.hub.case_files.models import CaseDocument, CaseFile, CaseKind, Direction
from vardkase.hub.case_files.queries import case_file_of
from vardkase.hub.case_files.services import file_document, open_case_file
from vardkase.hub.public_records.cases.models import RecordsAnswer, RecordsAnswerKind, RecordsCase
from vardkase.hub.public_records.officers.rules import authority_of
from vardkase.identity.access.actor import Actor

THING = "records_case"
DECISIONS = (RecordsAnswerKind.DECISION, RecordsAnswerKind.DISMISSAL)
"""An officer's answer is none (OSL 6:3)."""
PDF, JSON = "application/pdf", "application/json"


def of_own_authority(actor: Actor) -> Q:
    """Only those of the authority that the actor handles requests for: the hub owner's officers read no other's."""
    authority = authority_of(actor)
    return Q(organisation=authority) if authority else NONE


ACCESS = CaseAccess(readable=of_own_authority, while_suspended=True)


def description(case_file: CaseFile) -> CaseDescription:
    """The case is the authority's that was asked; whoever asked is its party, and may be anonymous."""
    case = RecordsCase.objects.select_related("authority").get(pk=case_file.thing_id)
    # Among the documents that are open now: not what may tell of an event in quarantine.
    made = RecordsAnswer.objects.filter(case=case, kind__in=DECISIONS, letter__in=case_file.documents.all())
    decisions = tuple(
        CaseDecision(f"{case.number}:{one.letter.number}", one.letter.title, one.at, one.decided_by)
        for one in made.select_related("letter").defer("letter__content", "letter__text").order_by("pk")
    )
    return CaseDescription(case.authority, (case.name,) if case.name else (), decisions)


def open_file(actor: AuditActor, case: RecordsCase) -> CaseFile:
    return open_case_file(
        actor, CaseKind.PUBLIC_RECORDS, case.number, THING, case.pk, case.authority, number=case.number
    )


def file_of(case: RecordsCase) -> CaseFile:
    """Every case has one from when it is registered."""
    found = case_file_of(THING, case.pk)
    if found is None:
        raise LookupError(f"no file of case {case.number}")
    return found


def file_text(
    actor: AuditActor, case: RecordsCase, direction: Direction, title: str, text: str, *, other: str = ""
) -> CaseDocument:
    return file_document(actor, file_of(case), direction, title, text, counterpart=other)


def file_bytes(
    actor: AuditActor,
    case: RecordsCase,
    title: str,
    content: bytes,
    media_type: str,
    *,
    other: str,
    name: str,
) -> CaseDocument:
    return file_document(
        actor,
        file_of(case),
        Direction.OUTGOING,
        title,
        content=content,
        media_type=media_type,
        counterpart=other,
        file_name=name,
    )


def target_of(case: RecordsCase) -> Target:
    """Its number alone: the audit log has other readers than the authority."""
    return Target(THING, case.pk, case.uuid, case.number)
