"""Queries for case files. Those without an actor are for packages that have checked who asks."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from vardkase.core.errors import Conflict
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.case_files.access import readable
from vardkase.hub.case_files.closing import closed
from vardkase.hub.case_files.models import CaseDocument, CaseFile, CaseKind
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.law.disposal_marks import is_disposed, with_marks_in_words
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.settings import host_organisation_id


def case_file_of(thing_kind: str, thing_id: int) -> CaseFile | None:
    """The open case about a thing, else the one closed last, else None."""
    found = CaseFile.objects.filter(thing_kind=thing_kind, thing_id=thing_id)
    # PostgreSQL has null, which is an open case, first in descending order.
    return found.order_by("-closed_at", "-pk").first()


def documents_of(case_file: CaseFile) -> QuerySet[CaseDocument]:
    """In the order in which they were filed, without their bytes."""
    rows = case_file.documents.select_related("letter").defer("content", "letter__content")
    return rows.order_by("number")


def is_of_hub_owner(case_file: CaseFile) -> bool:
    """Requests for public records are handled by other authorities too, each its own; all else by the hub owner."""
    return case_file.kind != CaseKind.PUBLIC_RECORDS or case_file.organisation_id == host_organisation_id()


def has_closed_documents(case_file: CaseFile) -> bool:
    """Whether there are documents that nobody reads for now."""
    return CaseDocument.every.filter(closed(), case_file=case_file).exists()


def case_files(actor: Actor, *, text: str = "", kind: str = "", state: str = "") -> QuerySet[CaseFile]:
    """The cases that the actor may read; `state` is "open", "closed" or empty."""
    found, text = readable(actor), text.replace("\0", "")
    if text:
        numbers = Q(number__icontains=text) | Q(registry_number__icontains=text)
        found = found.filter(numbers | Q(title__icontains=text) | Q(party__icontains=text))
    if kind:
        found = found.filter(kind=kind.replace("\0", ""))
    if state:
        found = found.filter(closed_at__isnull=state == "open")
    return found


def find_case_file(actor: Actor, number: str) -> CaseFile:
    """Raises NotFound, also for a case that the actor may not read."""
    return first_or_not_found(
        readable(actor).filter(number=number.replace("\0", "")), CaseFileProblem.NO_SUCH_CASE_FILE()
    )


def find_document(actor: Actor, number: str, document: int) -> CaseDocument:
    """A document with its bytes, by its number in the case. Raises NotFound."""
    case_file = find_case_file(actor, number)
    rows = case_file.documents.select_related("letter", "case_file").filter(number=document)
    return first_or_not_found(rows, CaseFileProblem.NO_SUCH_DOCUMENT())


def given_out(document: CaseDocument) -> bytes:
    """The bytes, for who may read them. Raises Conflict, which says when and by which rule, if they were disposed
    of."""
    if is_disposed(document.title):
        raise Conflict(HubProblem.DISPOSED(mark=with_marks_in_words(document.title)))
    return content_of(document)


def content_of(document: CaseDocument) -> bytes:
    """The bytes of a document: its file's, its letter's, or those of its text."""
    if document.letter is not None:
        return bytes(document.letter.content)
    return bytes(document.content) or document.text.encode()
