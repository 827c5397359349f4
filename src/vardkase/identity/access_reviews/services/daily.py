"""Daily job: opens reviews, sends reminders, disables unconfirmed or unused accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.access_reviews import mails
from vardkase.identity.access_reviews.models import AccessReview, ReviewAnswer
from vardkase.identity.access_reviews.queries import idle_since, in_use, unanswered
from vardkase.identity.access_reviews.settings import GRACE, IDLE, REVIEW_EVERY
from vardkase.identity.accounts.models import Disabled, User
from vardkase.identity.accounts.queries import administrators_to_notify
from vardkase.identity.accounts.services.last_administrator import without_the_last
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation

REMIND_EVERY = timedelta(days=6)
REMIND_BEFORE = timedelta(days=1)
"""Administrators are reminded when a review opens, about weekly, and on its last day."""


@transaction.atomic
def open_due_reviews() -> int:
    """Open a review for each organisation whose last one, or whose creation, is far enough back."""
    if not REVIEW_EVERY.value:
        return 0
    now = timezone.now()
    long_ago = now - timedelta(days=REVIEW_EVERY.value)
    recent = AccessReview.objects.filter(org=OuterRef("pk"), opened__gt=long_ago)
    waiting = AccessReview.objects.filter(org=OuterRef("pk"), closed__isnull=True)
    people = in_use().filter(org=OuterRef("pk"), date_created__lte=long_ago)
    due = Organisation.objects.filter(Exists(people), ~Exists(recent), ~Exists(waiting), local=True)
    ends = now + timedelta(days=GRACE.value)
    opened = AccessReview.objects.bulk_create(
        AccessReview(org=organisation, opened=now, due=ends) for organisation in due
    )
    if opened:
        record(
            hub_actor(),
            IdentityAction.ORGANISATION_ACCESS_REVIEW_OPENED,
            Target("organisation"),
            {"count": len(opened)},
        )
    return len(opened)


@transaction.atomic
def remind_of_reviews() -> int:
    now, count = timezone.now(), 0
    for review in (
        AccessReview.objects.select_for_update(of=("self",)).select_related("org").filter(closed=None)
    ):
        last = review.reminded
        # The last day has a reminder of its own, even a day after a weekly one.
        last_day = review.due - now <= REMIND_BEFORE
        if last and now - last < REMIND_EVERY and not (last_day and review.due - last > REMIND_BEFORE):
            continue
        left = unanswered(review).count()
        count += mails.remind(administrators_to_notify(review.org_id), review, left)
        review.reminded = now
        review.save(update_fields=["reminded"])
    return count


@transaction.atomic
def close_overdue_reviews() -> int:
    now, count = timezone.now(), 0
    overdue = AccessReview.objects.select_for_update(of=("self",)).select_related("org")
    for review in overdue.filter(closed=None, due__lte=now):
        silent = list(unanswered(review))
        # An organisation without an administrator could not let anybody in again: the last one stays enabled.
        off = without_the_last(silent)
        _store_unanswered(review, silent, {user.pk for user in off})
        count += _switch_off(off, Disabled.UNREVIEWED, review.org)
        review.closed = now
        review.save(update_fields=["closed"])
    return count


@transaction.atomic
def switch_off_idle_accounts() -> int:
    if not IDLE.value:
        return 0
    long_ago = timezone.now() - timedelta(days=IDLE.value)
    by_organisation: dict[Organisation, list[User]] = {}
    for user in without_the_last(idle_since(long_ago)):
        by_organisation.setdefault(user.org, []).append(user)
    return sum(_switch_off(users, Disabled.IDLE, org) for org, users in by_organisation.items())


def _switch_off(users: Collection[User], why: Disabled, organisation: Organisation) -> int:
    if not users:
        return 0
    ids = [user.pk for user in users]
    User.objects.filter(pk__in=ids).update(disabled=True, disabled_because=why, date_modified=timezone.now())
    change = {"reason": str(why), "count": len(ids), "users": sorted(ids)}
    record(hub_actor(), IdentityAction.USER_SWITCHED_OFF, Target("user", title=organisation.name), change)
    mails.notify_switched_off(users, why)
    emails = [user.email for user in users]
    mails.notify_administrators(administrators_to_notify(organisation.pk), organisation, emails, why)
    return len(ids)


def _store_unanswered(review: AccessReview, users: Iterable[User], off: Collection[int]) -> None:
    now = timezone.now()
    ReviewAnswer.objects.bulk_create(
        ReviewAnswer(
            review=review,
            user_id=user.pk,
            email=user.email,
            role=user.role.name,
            kind=ReviewAnswer.Kind.UNANSWERED if user.pk in off else ReviewAnswer.Kind.SPARED,
            answered=now,
            answered_by="",
        )
        for user in users
    )
