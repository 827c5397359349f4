"""Private links, by which a person follows their request without an account. Signed, and stored nowhere."""

from __future__ import annotations

from uuid import UUID

from django.core.signing import BadSignature, Signer

from vardkase.core.errors import NotFound
from vardkase.core.private_links import private_address
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.data_protection.problems import DataRequestProblem
from vardkase.hub.data_protection.requests.models import DataSubjectRequest

SIGNER = Signer(salt="vardkase.data_requests", sep=".")
PATH = "/personal-data/follow/"


def link_to(request: DataSubjectRequest) -> str:
    return private_address(PATH, SIGNER.sign(request.uuid.hex))


def opened_by(token: str) -> DataSubjectRequest:
    try:
        uuid = UUID(SIGNER.unsign(token))
    # The same answer to a forged link and to a removed request.
    except (BadSignature, ValueError) as error:
        raise NotFound(DataRequestProblem.NO_SUCH_LINK()) from error
    return first_or_not_found(DataSubjectRequest.objects.filter(uuid=uuid), DataRequestProblem.NO_SUCH_LINK())
