"""Confirming or disabling an organisation's accounts in a review."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.access_reviews.models import AccessReview, ReviewAnswer
from vardkase.identity.access_reviews.problems import AccessReviewProblem
from vardkase.identity.access_reviews.queries import accounts_of, may_review, open_review_of, unanswered
from vardkase.identity.access_reviews.settings import GRACE
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services import switch_field
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation

Kind = ReviewAnswer.Kind
BY_PEOPLE = (Kind.CONFIRMED, Kind.DISABLED)


@transaction.atomic
def open_review(actor: Actor, organisation: Organisation) -> AccessReview:
    _require(actor, organisation.pk)
    # Locked, so that two administrators who open a review at once do not both find that there is none.
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    if open_review_of(organisation.pk):
        raise Conflict(AccessReviewProblem.ALREADY_OPEN())
    now = timezone.now()
    review = AccessReview.objects.create(org=organisation, opened=now, due=now + timedelta(days=GRACE.value))
    record(actor, IdentityAction.ORGANISATION_ACCESS_REVIEW_OPENED, Target.of(organisation), {})
    return review


@transaction.atomic
def answer_for(actor: Actor, review: AccessReview, user_ids: Collection[int] | None, kind: str) -> int:
    """Confirm or disable accounts; `user_ids` None: all unanswered ones. Returns how many.

    A confirmed account may still be disabled while the review is open. The review closes when all are
    answered. Raises Invalid (unknown answer, confirming oneself while a colleague could, disabling oneself),
    Conflict if it is closed, Forbidden.
    """
    _require(actor, review.org_id)
    if kind not in BY_PEOPLE:
        raise Invalid({"answer": [AccessReviewProblem.UNKNOWN_ANSWER()]})
    review = AccessReview.objects.select_for_update(of=("self",)).select_related("org").get(pk=review.pk)
    if review.closed is not None:
        raise Conflict(AccessReviewProblem.CLOSED())
    chosen = _chosen(actor, review, user_ids, kind)
    if kind == Kind.DISABLED and chosen:
        switch_field(actor, [user.pk for user in chosen], "disabled", True)
    _keep(actor, review, chosen, kind)
    if not unanswered(review).exists():
        review.closed = timezone.now()
        review.save(update_fields=["closed"])
    return len(chosen)


def _chosen(actor: Actor, review: AccessReview, user_ids: Collection[int] | None, kind: str) -> list[User]:
    waiting = accounts_of(review) if user_ids is not None else unanswered(review)
    chosen = list(waiting if user_ids is None else waiting.filter(pk__in=set(user_ids)))
    if user_ids is not None and len(chosen) != len(set(user_ids)):
        raise Invalid({"user_ids": [AccessReviewProblem.NOT_IN_REVIEW()]})
    is_about_oneself = any(user.pk == actor.user_id for user in chosen)
    if not is_about_oneself or (kind == Kind.CONFIRMED and not _has_colleague(actor, review)):
        return chosen
    if user_ids is None:  # Everybody at once: one's own account is left to a colleague.
        return [user for user in chosen if user.pk != actor.user_id]
    raise Invalid({"user_ids": [AccessReviewProblem.OWN_ACCOUNT()]})


def _has_colleague(actor: Actor, review: AccessReview) -> bool:
    others = accounts_of(review).filter(role__perm_admin=True, role__perm_sync=False)
    return others.exclude(pk=actor.user_id or 0).exists()


def _keep(actor: Actor, review: AccessReview, users: Collection[User], kind: str) -> None:
    now = timezone.now()
    ReviewAnswer.objects.bulk_create(
        (
            ReviewAnswer(
                review=review,
                user_id=user.pk,
                email=user.email,
                role=user.role.name,
                kind=kind,
                answered=now,
                answered_by=actor.name,
            )
            for user in users
        ),
        # An answer may be changed as long as the review is open.
        update_conflicts=True,
        unique_fields=["review", "user_id"],
        update_fields=["kind", "answered", "answered_by"],
    )
    change = {"answer": kind, "count": len(users), "users": sorted(user.pk for user in users)}
    if users:
        record(actor, IdentityAction.ORGANISATION_ACCOUNTS_REVIEWED, Target.of(review.org), change)


def _require(actor: Actor, organisation_id: int) -> None:
    """Also allowed for read-only organisations: account reviews are not content."""
    if actor.credential is Credential.READ_ONLY_KEY or not may_review(actor, organisation_id):
        raise Forbidden(CommonProblem.NO_PERMISSION())
