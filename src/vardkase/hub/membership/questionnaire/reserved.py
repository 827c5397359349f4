"""Identifiers of the hub's host organisation, which no applicant may claim.

With them an applicant could make every officer look partial, or choose which of them handle the case.
"""

from __future__ import annotations

from vardkase.core.errors import Invalid
from vardkase.hub.membership.questionnaire import checks
from vardkase.hub.membership.questionnaire.problems import AnswerProblem
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.rules import plain_domain
from vardkase.identity.organisations.settings import host_organisation_id


def anothers_domain(text: str) -> str:
    name = checks.domain(text)
    if is_of_the_hub(plain_domain(name)):
        raise Invalid(AnswerProblem.DOMAIN_OF_THE_HUB(domain=name))
    return name


def anothers_address(address: str) -> str:
    if is_of_the_hub(plain_domain(address.rpartition("@")[2])):
        raise Invalid(AnswerProblem.ADDRESS_OF_THE_HUB(address=address))
    return address


def is_of_the_hub(domain: str) -> bool:
    """True if a domain is one that the hub's own organisation has verified, or a subdomain."""
    own = Organisation.objects.filter(pk=host_organisation_id() or 0).values_list(
        "verified_domains", flat=True
    )
    return any(lies_under(domain, verified) for verified in own.first() or [])


def lies_under(domain: str, other: str) -> bool:
    return domain == other or domain.endswith(f".{other}")
