"""Queries for access reviews, and for the last use of each account."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, Now
from django.db.models.lookups import LessThanOrEqual

from vardkase.core.errors import Forbidden, NotFound
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access_reviews.models import AccessReview, ReviewAnswer
from vardkase.identity.access_reviews.problems import AccessReviewProblem
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import count_of_valid_keys
from vardkase.identity.accounts.staff import StaffRole


def may_review(actor: Actor, organisation_id: int) -> bool:
    return actor.is_site_admin or (actor.may(Permission.ADMIN) and actor.organisation_id == organisation_id)


def may_see_reviews(actor: Actor, organisation_id: int) -> bool:
    return may_review(actor, organisation_id) or not actor.staff.isdisjoint(
        {StaffRole.MEMBERSHIP_OFFICER, StaffRole.AUDITOR}
    )


def reviews_of(actor: Actor, organisation_id: int) -> QuerySet[AccessReview]:
    if not may_see_reviews(actor, organisation_id):
        raise Forbidden(CommonProblem.NO_PERMISSION())
    return AccessReview.objects.filter(org_id=organisation_id).order_by("-opened", "-pk")


def find_review(actor: Actor, pk: int) -> AccessReview:
    review = AccessReview.objects.select_related("org").filter(pk=pk).first()
    if review is None or not may_see_reviews(actor, review.org_id):
        raise NotFound(AccessReviewProblem.NOT_FOUND())
    return review


def in_use() -> QuerySet[User]:
    """The enabled accounts with `last_seen`: when the account was last used, or null."""
    current = Q(expiration__isnull=True) | Q(expiration__gt=Now())
    people = User.objects.filter(current, disabled=False, org__local=True)
    return people.select_related("role", "org").annotate(last_seen=LAST_SEEN)


LAST_SEEN = Case(
    When(role__perm_sync=True, then=F("last_api_access")),
    default=Greatest("last_login", "last_api_access", output_field=DateTimeField()),
)
"""Machines are judged by their use of the API alone: nobody signs in as one."""
COUNTS_FROM = Greatest(LAST_SEEN, "date_created", "enabled_since")
"""From when on an account may be idle."""


def accounts_of(review: AccessReview) -> QuerySet[User]:
    """The accounts under review, by address, with `last_seen`, `key_count` and `answer` (empty: none yet).

    Accounts created after it was opened are left for the next review.
    """
    answers = ReviewAnswer.objects.filter(review=review, user_id=OuterRef("pk"))
    return (
        in_use()
        .filter(org_id=review.org_id, date_created__lte=review.opened)
        .annotate(
            key_count=count_of_valid_keys(),
            answer=Coalesce(Subquery(answers.values("kind")), Value("")),
        )
        .order_by("email", "pk")
    )


def unanswered(review: AccessReview) -> QuerySet[User]:
    answers = ReviewAnswer.objects.filter(review=review, user_id=OuterRef("pk"))
    return accounts_of(review).filter(~Exists(answers))


def idle_since(moment: datetime) -> QuerySet[User]:
    return in_use().filter(LessThanOrEqual(COUNTS_FROM, moment)).order_by("org_id", "pk")


def open_review_of(organisation_id: int) -> AccessReview | None:
    return AccessReview.objects.filter(org_id=organisation_id, closed__isnull=True).first()


def switched_off(actor: Actor, organisation_id: int) -> QuerySet[User]:
    if not may_see_reviews(actor, organisation_id):
        raise Forbidden(CommonProblem.NO_PERMISSION())
    off = User.objects.filter(org_id=organisation_id, disabled=True).exclude(disabled_because="")
    return off.select_related("role").order_by("email", "pk")
