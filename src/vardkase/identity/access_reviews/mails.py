"""Mail about access reviews."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils import timezone

from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.private_links import page_address
from vardkase.identity.access_reviews.models import AccessReview
from vardkase.identity.accounts.models import Disabled, User
from vardkase.identity.accounts.queries import recipients
from vardkase.identity.organisations.models import Organisation

MOST_NAMED = 100


def remind(people: Iterable[User], review: AccessReview, left: int) -> int:
    """Returns how many mails were queued."""
    facts: Facts = {
        "organisation": review.org.name,
        "accounts": left,
        "day": timezone.localdate(review.due),
        "link": page_address(f"/security/{review.org_id}/reviews/{review.pk}/"),
    }
    return notify("access_review_reminder", None, recipients(people), facts).count


def notify_switched_off(users: Iterable[User], why: Disabled) -> None:
    notify("account_switched_off", None, recipients(users), {"reason": why.value})


def notify_administrators(
    people: Iterable[User], organisation: Organisation, emails: Sequence[str], why: Disabled
) -> None:
    facts: Facts = {
        "organisation": organisation.name,
        "emails": [*emails[:MOST_NAMED], *(["…"] if len(emails) > MOST_NAMED else [])],
        "reason": why.value,
        "link": page_address(f"/security/{organisation.pk}/reviews/"),
    }
    notify("accounts_switched_off", None, recipients(people), facts)
