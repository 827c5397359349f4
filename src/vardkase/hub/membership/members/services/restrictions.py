"""Restrictions of a membership: imposed and lifted individually, each with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.audit.services import AuditActor
from vardkase.core.mail.mime import Attachment
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.case_files.hearings.models import Hearing
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.membership.members import letter_content, mails
from vardkase.hub.membership.members.adverse_decisions import AdverseDecision, LiftGround
from vardkase.hub.membership.members.models import (
    Membership,
    MembershipState,
    Restriction,
    RestrictionCause,
    RestrictionKind,
)
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.rules import MEMBERSHIP
from vardkase.hub.membership.members.services.transitions import push
from vardkase.identity.accounts.four_eyes.registry import Approval


def impose(
    actor: AuditActor,
    membership: Membership,
    kind: RestrictionKind,
    cause: RestrictionCause,
    reason: str,
    *,
    until: datetime | None = None,
    review_by: date | None = None,
    approval: Approval | None = None,
    decision: AdverseDecision | None = None,
    heard: Hearing | None = None,
) -> bool:
    """Restrict a membership (row locked by the caller); False if that cause already restricts it so.

    Officers' decisions need an approval, and are sent by letter; what the hub does by itself, the caller sends.
    Raises TransitionRefused if the membership is not active.
    """
    _require_two(cause, approval)
    require_active(membership)
    restriction, made = Restriction.objects.get_or_create(
        {"reason": reason, "until": until, "review_by": review_by},
        membership=membership,
        kind=kind,
        cause=cause,
        lifted=None,
    )
    if not made:
        return False
    if kind == RestrictionKind.SUSPENDED:
        take_step(actor, MEMBERSHIP, membership, "suspend", reason)
    else:
        note_in_history(
            actor, MEMBERSHIP, membership, MembershipAction.MEMBERSHIP_RESTRICTED, reason, kind=str(kind)
        )
    push(membership)
    if cause == RestrictionCause.OFFICER:
        restriction.letter, paper = letter_content.limit(
            actor,
            membership,
            kind,
            reason,
            until,
            review_by,
            decision,
            heard,
            letter_content.Presenter.of(approval),
        )
        restriction.save(update_fields=["letter"])
        mails.write(actor, membership, "membership_limited", paper, limit=kind, reason=reason)
    return True


def lift(
    actor: AuditActor,
    membership: Membership,
    cause: RestrictionCause,
    reason: str,
    *kinds: RestrictionKind,
    approval: Approval | None = None,
) -> int:
    """Lift the restrictions of one cause from a membership (row locked by the caller); returns how many."""
    _require_two(cause, approval)
    held = membership.restrictions.filter(lifted=None, cause=cause)
    held = held.select_related("letter").defer("letter__content")
    lifted = list(held.filter(kind__in=kinds) if kinds else held)
    papers = []
    if lifted and approval is not None:
        given = approval.parameters
        papers = [
            letter_content.lifting(
                actor,
                membership,
                reason,
                lifted,
                letter_content.Presenter.of(approval),
                LiftGround(given.get("basis") or LiftGround.CHANGED),
                given.get("dissent", ""),
            )
        ]
    return _lift(actor, membership, lifted, reason, *papers)


def lift_by_court(
    approval: Approval, membership: Membership, quashed: Sequence[Restriction], reason: str, **judgment: Any
) -> int:
    """Lift restrictions in force whose decisions a court has quashed, by letter.

    `judgment` is the `court`, the day it decided `on`, and the `outcome` in words.
    """
    actor = approval.actor
    papers = [letter_content.lifting_by_court(actor, membership, each, **judgment) for each in quashed]
    return _lift(actor, membership, list(quashed), reason, *papers)


@transaction.atomic
def lapse(actor: AuditActor) -> int:
    """Lift every expired restriction; returns how many.

    Access checks compare dates themselves and do not wait for this job.
    """
    expired = Restriction.objects.filter(lifted=None, until__lte=timezone.now())
    count = 0
    for membership in Membership.objects.select_for_update(of=("self",)).filter(
        pk__in=expired.values("membership")
    ):
        # Read again under the lock: an officer may have lifted it in the meantime.
        ended = list(membership.restrictions.filter(lifted=None, until__lte=timezone.now()))
        count += _lift(actor, membership, ended, gettext("It has expired."))
    return count


def require_active(membership: Membership) -> None:
    if membership.state != MembershipState.ACTIVE:
        state = MembershipState(membership.state).label
        raise TransitionRefused(MemberProblem.NOT_ACTIVE(state=state))


def _require_two(cause: RestrictionCause, approval: Approval | None) -> None:
    if cause == RestrictionCause.OFFICER and approval is None:
        raise PermissionError("Two officers limit a membership, and lift that again.")


def _lift(
    actor: AuditActor, membership: Membership, held: list[Restriction], reason: str, *papers: Attachment
) -> int:
    if not held:
        return 0
    Restriction.objects.filter(pk__in=[restriction.pk for restriction in held]).update(lifted=timezone.now())
    kinds = {restriction.kind for restriction in held}
    if RestrictionKind.SUSPENDED in kinds and membership.state == MembershipState.SUSPENDED:
        take_step(actor, MEMBERSHIP, membership, "restore", reason)
    for kind in sorted(kinds - {RestrictionKind.SUSPENDED}):
        note_in_history(
            actor, MEMBERSHIP, membership, MembershipAction.MEMBERSHIP_UNRESTRICTED, reason, kind=kind
        )
    push(membership)
    mails.write(actor, membership, "membership_restored", *papers, reason=reason)
    return len(held)
