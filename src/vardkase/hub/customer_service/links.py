"""Private links, which allow following and answering one request without an account.

They are signed with the installation's secret and stored nowhere, so that the database alone opens none.
"""

from __future__ import annotations

from uuid import UUID

from django.core.signing import BadSignature, Signer

from vardkase.core.errors import NotFound
from vardkase.core.private_links import private_address
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.customer_service.models import SupportRequest
from vardkase.hub.customer_service.problems import SupportProblem

# A salt of its own, so that a signature made for another purpose opens no request.
SIGNER = Signer(salt="vardkase.support", sep=".")
PATH = "/support/follow/"


def token_of(request: SupportRequest) -> str:
    return SIGNER.sign(request.uuid.hex)


def link_to(request: SupportRequest) -> str:
    return private_address(PATH, token_of(request))


def opened_by(token: str) -> SupportRequest:
    try:
        uuid = UUID(SIGNER.unsign(token))
    # The same answer to a forged link and to a removed request.
    except (BadSignature, ValueError) as error:
        raise NotFound(SupportProblem.NO_SUCH_LINK()) from error
    return first_or_not_found(
        SupportRequest.objects.select_related("organisation", "owner").filter(uuid=uuid),
        SupportProblem.NO_SUCH_LINK(),
    )
