"""Queries for sign-in policies."""

from __future__ import annotations

from django.db.models import F, QuerySet

from vardkase.core.errors import Forbidden, NotFound
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.problems import OrganisationProblem
from vardkase.identity.organisations.queries import Reference, by_reference
from vardkase.identity.sign_in_policy.models import ApiRequirements, ClientCertificate, MailDomain
from vardkase.identity.sign_in_policy.problems import SignInPolicyProblem
from vardkase.identity.sign_in_policy.rules import may_decide, may_secure
from vardkase.misp.flags import is_id

OF_THE_HUB = frozenset({StaffRole.MEMBERSHIP_OFFICER, StaffRole.OPERATOR})
"""Duties whose holders look after the sign-in policies of all organisations."""


def find_secured(actor: Actor, reference: Reference = "") -> Organisation:
    condition = by_reference(reference or actor.organisation_id)
    organisation = (
        Organisation.objects.filter(condition, local=True).first() if condition is not None else None
    )
    if organisation is None or not may_secure(actor, organisation.pk):
        raise NotFound(OrganisationProblem.NOT_FOUND())
    return organisation


def find_decided(actor: Actor, reference: Reference = "") -> Organisation:
    """An organisation that the actor may decide for, not only register data for. Raises NotFound, Forbidden."""
    organisation = find_secured(actor, reference)
    if not may_decide(actor, organisation.pk):
        raise Forbidden(CommonProblem.NO_PERMISSION())
    return organisation


def manages_all_organisations(actor: Actor) -> bool:
    return actor.is_site_admin or not actor.staff.isdisjoint(OF_THE_HUB)


def secured_organisations(actor: Actor, search: str = "") -> QuerySet[Organisation]:
    if not manages_all_organisations(actor):
        raise Forbidden(CommonProblem.NO_PERMISSION())
    organisations = Organisation.objects.filter(local=True, name__icontains=search)
    return organisations.annotate(requirements=F("api_requirements__state"))


def certificates_of(actor: Actor, organisation: Organisation) -> list[ClientCertificate]:
    find_secured(actor, organisation.pk)
    return list(organisation.client_certificates.order_by(F("ends").asc(nulls_last=True), "pk"))


def domains_of(actor: Actor, organisation: Organisation) -> list[MailDomain]:
    find_secured(actor, organisation.pk)
    return list(organisation.mail_domains.order_by("domain"))


def find_certificate(organisation: Organisation, reference: Reference) -> ClientCertificate:
    return first_or_not_found(
        organisation.client_certificates.filter(pk=_number(reference)),
        SignInPolicyProblem.CERTIFICATE_UNKNOWN(),
    )


def find_domain(organisation: Organisation, reference: Reference) -> MailDomain:
    return first_or_not_found(
        organisation.mail_domains.filter(pk=_number(reference)), SignInPolicyProblem.DOMAIN_UNKNOWN()
    )


def _number(reference: Reference) -> int:
    text = str(reference)
    return int(text) if is_id(text) else 0


def lists_to_decide(actor: Actor) -> QuerySet[ApiRequirements]:
    actor.require_staff(StaffRole.MEMBERSHIP_OFFICER)
    waiting = ApiRequirements.objects.filter(state=ApiRequirements.State.SUBMITTED)
    return waiting.select_related("org").order_by("submitted")
