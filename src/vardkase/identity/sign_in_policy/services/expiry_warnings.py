"""Warns of expiring keys and certificates 30, 7 and 1 days before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from vardkase.core.clock import now_seconds
from vardkase.identity.accounts.models import AuthKey
from vardkase.identity.accounts.queries import active_users, administrators_to_notify
from vardkase.identity.sign_in_policy import mails
from vardkase.identity.sign_in_policy.models import ClientCertificate

DAYS = (30, 7, 1)
DAY = 86_400


@transaction.atomic
def warn_of_keys() -> int:
    now = now_seconds()
    ending = (
        AuthKey.objects.select_for_update(of=("self",))
        .select_related("user__role")
        .filter(expiration__gt=now, expiration__lte=now + DAYS[0] * DAY, user__in=active_users())
    )
    groups: list[mails.Group] = []
    warned = []
    for key in ending:
        if not (step := _step(key.expiration - now, key.warned_days)):
            continue
        key.warned_days = step
        warned.append(key)
        ends = datetime.fromtimestamp(key.expiration, UTC)
        # Nobody may read the mail of a machine's account, so its administrators get the warning as well.
        people = administrators_to_notify(key.user.org_id) if key.user.role.perm_sync else []
        by_id = {key.user_id: key.user, **{person.pk: person for person in people}}
        groups.append(mails.key_ending(by_id.values(), key, ends))
    AuthKey.objects.bulk_update(warned, ["warned_days"])
    mails.warn_of_keys(groups)
    return len(warned)


@transaction.atomic
def warn_of_certificates() -> int:
    now = timezone.now()
    ending = (
        ClientCertificate.objects.select_for_update(of=("self",))
        .select_related("org")
        .filter(ends__gt=now, ends__lte=now + timedelta(days=DAYS[0]))
    )
    groups: list[mails.Group] = []
    warned = []
    for certificate in ending:
        if certificate.ends is None or not (
            step := _step(int((certificate.ends - now).total_seconds()), certificate.warned_days)
        ):
            continue
        certificate.warned_days = step
        warned.append(certificate)
        people = administrators_to_notify(certificate.org_id)
        groups.append(mails.certificate_ending(people, certificate, certificate.ends))
    ClientCertificate.objects.bulk_update(warned, ["warned_days"])
    mails.warn_of_certificates(groups)
    return len(warned)


def _step(seconds: int, warned: int | None) -> int:
    # A warning that was missed, because the hub was down, is not made up for: only the nearest step is sent.
    step = min(days for days in DAYS if seconds <= days * DAY)
    return step if warned is None or warned > step else 0
