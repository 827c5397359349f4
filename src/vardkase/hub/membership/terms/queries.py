"""Queries for the terms and acceptances."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from vardkase.core.errors import NotFound
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.terms.default_terms import delivered_terms
from vardkase.hub.membership.terms.models import Acceptance, AcceptanceRequest, Terms, TermsState
from vardkase.hub.membership.terms.problems import TermsProblem


def current_terms() -> Terms:
    """The version in force: the newest published one, or the packaged version 1."""
    newest = Terms.objects.filter(state=TermsState.PUBLISHED).order_by("-version").first()
    return newest or delivered_terms()


def terms_of(version: int) -> Terms:
    terms = Terms.objects.filter(version=version, state=TermsState.PUBLISHED).first()
    if terms is None and version == 1:  # not stored before it is replaced
        return delivered_terms()
    if terms is None:
        raise NotFound(TermsProblem.NO_SUCH_VERSION())
    return terms


def version_or_draft(version: int) -> Terms:
    terms = draft()
    return terms if terms is not None and terms.version == version else terms_of(version)


def published_terms() -> list[Terms]:
    stored = list(Terms.objects.filter(state=TermsState.PUBLISHED).order_by("-version"))
    return stored if any(terms.version == 1 for terms in stored) else [*stored, delivered_terms()]


def draft() -> Terms | None:
    return Terms.objects.filter(state=TermsState.DRAFT).first()


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


def requests(version: int, members: Iterable[Membership]) -> dict[int, AcceptanceRequest]:
    rows = AcceptanceRequest.objects.filter(version=version, membership__in=members)
    return {row.membership_id: row for row in rows}
