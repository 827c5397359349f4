"""Queries for acceptances of the terms."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from vardkase.hub.membership.agreements.models import Acceptance, AcceptanceRequest
from vardkase.hub.membership.members.models import Membership, MembershipState


def acceptances(version: int) -> QuerySet[Acceptance]:
    return (
        Acceptance.objects.filter(version=version)
        .select_related("organisation", "application")
        .order_by("organisation__name", "pk")
    )


def unanswered(version: int) -> QuerySet[Membership]:
    answered = Acceptance.objects.filter(version=version).filter(
        Q(organisation=OuterRef("organisation")) | Q(application=OuterRef("application"))
    )
    present = Membership.objects.exclude(state=MembershipState.TERMINATED)
    return (
        present.filter(~Exists(answered))
        .select_related("organisation", "application")
        .order_by("organisation__name")
    )


def answered(version: int) -> QuerySet[Membership]:
    present = Membership.objects.exclude(state=MembershipState.TERMINATED)
    return present.exclude(pk__in=unanswered(version).order_by().values("pk"))


def acceptance_of(membership: Membership, version: int) -> Acceptance | None:
    given_by = Q(organisation=membership.organisation_id)
    if membership.application_id:
        given_by |= Q(application=membership.application_id)
    return Acceptance.objects.filter(given_by, version=version).order_by("pk").first()


def acceptances_of(members: Iterable[Membership], version: int) -> dict[int, Acceptance]:
    """As `acceptance_of` for many, by the id of the membership."""
    listed = list(members)
    given_by = Q(organisation__in={row.organisation_id for row in listed})
    given_by |= Q(application__in={row.application_id for row in listed if row.application_id})
    rows = Acceptance.objects.filter(given_by, version=version).order_by("-pk")
    by_organisation = {row.organisation_id: row for row in rows if row.organisation_id}
    by_application = {row.application_id: row for row in rows if row.application_id}
    found = {
        row.pk: by_organisation.get(row.organisation_id) or by_application.get(row.application_id or 0)
        for row in listed
    }
    return {pk: acceptance for pk, acceptance in found.items() if acceptance}


def requests(version: int, members: Iterable[Membership]) -> dict[int, AcceptanceRequest]:
    rows = AcceptanceRequest.objects.filter(version=version, membership__in=members)
    return {row.membership_id: row for row in rows}
