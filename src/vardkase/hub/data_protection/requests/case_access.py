"""Who reads the case file of a request, whose letters tell of a person, and what was found in other cases."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from vardkase.core.mail.models import SentMail
from vardkase.hub.case_files.access import ALL, NONE, CaseAccess, readable
from vardkase.hub.case_files.models import CaseDocument, CaseFile, CaseKind
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.data_protection.requests.models import ConcernedItem
from vardkase.hub.data_protection.requests.models import FoundItemKind as Kind
from vardkase.hub.data_protection.requests.rules import is_handler
from vardkase.identity.access.actor import Actor


def _readable(actor: Actor) -> Q:
    return ALL if is_handler(actor) else NONE


ACCESS = CaseAccess(readable=_readable)


def unreadable(actor: Actor, rows: Sequence[ConcernedItem]) -> set[int]:
    """The ids of items that stand in, or are about, requests for public records that the actor may not read.

    Those who answer for an authority need not be those whom it has named for such requests.
    """
    cases = CaseFile.objects.filter(kind=CaseKind.PUBLIC_RECORDS)
    hidden = cases.exclude(pk__in=readable(actor).values("pk"))
    about = Q(thing_kind="records_case", thing_id__in=hidden.values("thing_id"))
    documents = CaseDocument.every.filter(case_file__in=hidden)
    of_kinds: dict[Kind, QuerySet[CaseDocument] | QuerySet[Letter] | QuerySet[SentMail]] = {
        Kind.CASE_DOCUMENT: documents,
        Kind.CASE_FILE_DOCUMENT: documents,
        Kind.LETTER: Letter.objects.filter(about),
        Kind.SENT_MAIL: SentMail.objects.filter(about),
    }
    found: set[int] = set()
    for kind, things in of_kinds.items():
        if of_kind := {row.part_id: row.pk for row in rows if row.kind == kind}:
            kept = things.filter(pk__in=list(of_kind)).values_list("pk", flat=True)
            found |= {of_kind[part_id] for part_id in kept}
    return found
