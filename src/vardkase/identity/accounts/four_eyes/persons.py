"""Whether two accounts belong to one person, and whether an account's credentials were set by that person."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from django.utils import timezone

from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import AccountAddress, User
from vardkase.identity.accounts.rules import is_one_mailbox
from vardkase.identity.accounts.settings import CREDENTIAL_WAITING_DAYS
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.models import MembershipInUse


def addresses_of(user_id: int | None, *known: str) -> frozenset[str]:
    """Every mail address that the account has or has had, and those in `known`."""
    kept = AccountAddress.objects.filter(user_id=user_id or 0).values_list("email", flat=True)
    return frozenset({*kept, *known})


def has_own_credentials(actor: Acting, account: User) -> bool:
    """True if the actor's credentials have been the account owner's own for long enough to count.

    Nobody else has set them within `Vardkase.credential_waiting_days` days, and the API key was issued by its
    owner. Credentials from before the hub had two officers count at once: a new hub has nobody else to set
    them.
    """
    if actor.key is not None and not actor.key.is_issued_by_owner:
        return False
    return waits_until(account) is None


def waits_until(account: User) -> datetime | None:
    """From when an account that somebody else has set credentials of takes part in what takes two; None where it does
    now."""
    if (at := account.credentials_set_by_another_at) is None:
        return None
    until = at + timedelta(days=CREDENTIAL_WAITING_DAYS.value)
    if until <= timezone.now() or MembershipInUse.objects.filter(since__gte=at).exists():
        return None
    return until


def is_proposer(account: User, request: ApprovalRequest) -> bool:
    if request.proposed_by is None:
        return False
    theirs = addresses_of(request.proposed_by, request.proposed_by_name)
    return account.pk == request.proposed_by or are_one_person(
        addresses_of(account.pk, account.email), theirs
    )


def is_same_person(actor: Acting, user_id: int | None, name: str) -> bool:
    return actor.user_id == user_id or are_one_person(
        addresses_of(actor.user_id, actor.name), addresses_of(user_id, name)
    )


def are_one_person(ones: AbstractSet[str], others: AbstractSet[str]) -> bool:
    return any(is_one_mailbox(one, other) for one in ones for other in others)
