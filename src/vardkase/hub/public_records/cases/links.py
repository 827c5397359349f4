"""Private links: of a requester to the case, and of a consulted member to its own material.

They are signed with the installation's secret and stored nowhere, so that the database alone opens none.
"""

from __future__ import annotations

from uuid import UUID

from django.core.signing import BadSignature, Signer

from vardkase.core.errors import NotFound
from vardkase.core.private_links import private_address
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.public_records.cases.models import MemberConsultation, RecordsCase
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.quarantine import is_closed

# Salts of their own, so that a link of one kind opens nothing of another.
CASES = Signer(salt="vardkase.records_case", sep=".")
CONSULTATIONS = Signer(salt="vardkase.records_consultation", sep=".")
CASE_PATH = "/public-records/follow/"
CONSULTATION_PATH = "/public-records/consulted/"


def link_to_case(case: RecordsCase) -> str:
    return private_address(CASE_PATH, CASES.sign(case.uuid.hex))


def link_to_consultation(consultation: MemberConsultation) -> str:
    return private_address(CONSULTATION_PATH, secret_of_consultation(consultation))


def secret_of_consultation(consultation: MemberConsultation) -> str:
    return CONSULTATIONS.sign(consultation.uuid.hex)


def case_opened_by(link: str) -> RecordsCase:
    """Raises NotFound: the same for a forged link and for a removed case."""
    rows = RecordsCase.objects.select_related("authority").filter(uuid=_uuid(CASES, link))
    return first_or_not_found(rows, RecordsProblem.NO_SUCH_LINK())


def consultation_opened_by(link: str) -> MemberConsultation:
    rows = MemberConsultation.objects.select_related("case__authority", "organisation")
    rows = rows.annotate(is_closed=is_closed("case_id", "answered_at"))
    return first_or_not_found(rows.filter(uuid=_uuid(CONSULTATIONS, link)), RecordsProblem.NO_SUCH_LINK())


def _uuid(signer: Signer, link: str) -> UUID:
    try:
        return UUID(signer.unsign(link))
    except (BadSignature, ValueError) as error:
        raise NotFound(RecordsProblem.NO_SUCH_LINK()) from error
