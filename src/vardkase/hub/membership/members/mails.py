"""Mail to members about their membership."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Fact
from vardkase.core.mail.mime import Attachment
from vardkase.core.mail.notify import notify
from vardkase.hub.membership.members.models import Membership, Restriction, RestrictionKind
from vardkase.identity.accounts.queries import active_users


def recipients(membership: Membership, *contacts: str) -> list[Recipient]:
    people = [membership.details.get(f"contact_{name}") or {} for name in contacts or ("main", "technical")]
    found = [
        Recipient(person["email"], membership.language, person.get("key", ""))
        for person in people
        if person.get("email")
    ]
    administrators = active_users().filter(org=membership.organisation_id, role__perm_admin=True)
    return found + [Recipient.of(user, membership.language) for user in administrators]


def recipients_by_id(membership_id: int) -> list[Recipient]:
    membership = Membership.objects.select_related("organisation").filter(pk=membership_id).first()
    return recipients(membership) if membership else []


def write(actor: AuditActor, membership: Membership, kind: str, *papers: Attachment, **facts: Fact) -> None:
    """Write to the member, with `papers` attached; recorded as correspondence about its membership."""
    known = {"organisation": membership.organisation.name, **facts}
    about = Target("membership", membership.pk, title=str(membership))
    notify(kind, about, recipients(membership), known, by=actor.name, attachments=papers)


def limit_kept(
    actor: AuditActor, membership: Membership, held: QuerySet[Restriction], reason: str, review_by: date
) -> None:
    rows = list(held.select_related("letter").order_by("since"))
    whole = {row.kind == RestrictionKind.SUSPENDED for row in rows}
    letters = dict.fromkeys(row.letter.number for row in rows if row.letter)
    write(
        actor,
        membership,
        "membership_limit_kept",
        limit="both" if len(whole) > 1 else "suspension" if True in whole else "restriction",
        number=", ".join(letters) or str(membership),
        decided=timezone.localdate(rows[0].since),
        reason=reason,
        day=review_by,
    )
