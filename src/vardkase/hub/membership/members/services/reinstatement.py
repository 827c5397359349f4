"""A membership that was terminated applies again: officers change their decision, or a court has quashed it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.core.errors import Conflict
from vardkase.core.mail.mime import Attachment
from vardkase.core.problems import Problem
from vardkase.exchange.servers.deactivation import switch_on_exchange, switched_off
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.appeals.queries import appealed_letters, refusal_of_change
from vardkase.hub.case_files.appeals.rules import QUASHES
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.members import letter_content, mails
from vardkase.hub.membership.members.adverse_decisions import LABELS, LiftGround
from vardkase.hub.membership.members.cases import THING
from vardkase.hub.membership.members.models import (
    Membership,
    MembershipState,
    Restriction,
    RestrictionKind,
)
from vardkase.hub.membership.members.queries import last_statement_day, member_with_number
from vardkase.hub.membership.members.rules import MEMBERSHIP
from vardkase.hub.membership.members.services.transitions import push
from vardkase.hub.membership.members.services.two_people import (
    PROPOSERS,
    conflict_in,
    described,
    member_state,
    membership_of,
)
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.deactivation import enable_accounts

TERMINATION = "letter_termination"


def last_termination(membership: Membership) -> Letter | None:
    """The decision that ended a membership, without its bytes; None if it has not ended."""
    if membership.state != MembershipState.TERMINATED:
        return None
    found = Letter.objects.filter(thing_kind=THING, thing_id=membership.pk, kind=TERMINATION, corrects=None)
    return found.defer("content").order_by("-pk").first()


def refusal_of_reinstatement(membership: Membership, ground: str) -> Problem | None:
    """Why officers may not change the decision that ended a membership themselves; None if they may."""
    decided = last_termination(membership)
    if decided is None:
        return None
    corrections = Letter.objects.filter(corrects=decided).values_list("pk", flat=True)
    return refusal_of_change([decided.pk, *corrections], is_obviously_wrong=ground == LiftGround.WRONG)


def reinstatement_in_words(membership: Membership) -> list[str]:
    count = _accounts(membership).count()
    words = [
        gettext("The membership of %(name)s applies again.") % {"name": membership.organisation.name},
        ngettext(
            "%(count)s account that the termination disabled is enabled again.",
            "%(count)s accounts that the termination disabled are enabled again.",
            count,
        )
        % {"count": count},
        gettext("Keys stay revoked: the member creates new ones."),
    ]
    servers = switched_off(membership.organisation_id, membership.ending.get("servers", {}))
    if names := ", ".join(servers.values_list("name", flat=True)):
        words.append(
            gettext("Connections that the termination switched off are switched on again: %(names)s.")
            % {"names": names}
        )
    if remaining := list(remaining_restrictions(membership)):
        kinds = ", ".join(each.get_kind_display() for each in remaining)
        words.append(gettext("Restrictions that still stand apply again: %(kinds)s.") % {"kinds": kinds})
    if (day := last_statement_day(membership)) < today():
        words.append(
            gettext(
                "The security statement expired on %(day)s: what follows from that applies at once, until the member "
                "has renewed it."
            )
            % {"day": formatted(day, "j F Y")}
        )
    return words


def reinstate(
    actor: Actor,
    membership: Membership,
    reason: str,
    written: Callable[[Sequence[Restriction]], Attachment],
) -> None:
    """Give a membership (row locked by the caller) back, with an approval; `written` is the letter about it and
    the restrictions that apply again.

    Accounts and connections come back that the termination took, and no others. Raises Conflict if another member
    has its organisation number.
    """
    number = membership.organisation_number
    if number and (holder := member_with_number(number, membership.organisation_id)):
        raise Conflict(holder)
    ending = membership.ending
    remaining = list(remaining_restrictions(membership).select_related("letter").defer("letter__content"))
    was_onboarding = ending.get("state") == MembershipState.ONBOARDING or membership.activated is None
    take_step(
        actor, MEMBERSHIP, membership, "reinstate_onboarding" if was_onboarding else "reinstate", reason
    )
    Restriction.objects.filter(pk__in=[each.pk for each in remaining]).update(lifted=None)
    if any(each.kind == RestrictionKind.SUSPENDED for each in remaining):
        take_step(actor, MEMBERSHIP, membership, "suspend", remaining[0].reason)
    enable_accounts(actor, membership.organisation_id, ending.get("accounts", []))
    switch_on_exchange(actor, membership.organisation_id, ending.get("servers", {}))
    membership.ended, membership.ending = None, {}
    membership.save(update_fields=["ended", "ending"])
    push(membership)
    mails.write(actor, membership, "membership_reinstated", written(remaining), reason=reason)


def remaining_restrictions(membership: Membership) -> QuerySet[Restriction]:
    """What the termination lifted, and would apply without it: neither over, nor quashed by itself."""
    quashed = Appeal.objects.filter(outcome__in=QUASHES, case_file__thing_kind=THING)
    quashed = quashed.filter(case_file__thing_id=membership.pk)
    letters = {
        letter
        for appeal in quashed.select_related("decision", "new_decision")
        for letter in appealed_letters(appeal)
    }
    rows = membership.restrictions.filter(pk__in=membership.ending.get("restrictions", []))
    running = rows.filter(Q(until=None) | Q(until__gt=timezone.now()))
    return running.exclude(letter__in=letters).order_by("-kind")


def _accounts(membership: Membership) -> QuerySet[User]:
    ids = membership.ending.get("accounts", [])
    return User.objects.filter(pk__in=ids, org=membership.organisation_id, disabled=True)


def reinstatement_state(request: ApprovalRequest) -> dict[str, Any]:
    decided = last_termination(membership_of(request))
    return member_state(request) | {"termination": decided.pk if decided else None}


def describe_reinstatement(request: ApprovalRequest) -> ActionDescription:
    membership = Membership.objects.select_related("organisation").filter(pk=int(request.subject)).first()
    words = reinstatement_in_words(membership) if membership else []
    return described(request, " ".join(words), basis=_("Ground"), dissent=LABELS["dissent"])


def _execute(approval: Approval) -> Membership:
    given = approval.for_action(REINSTATE).parameters
    membership, actor = membership_of(approval.request), cast(Actor, approval.actor)
    ground = LiftGround(given["basis"])
    # Asked again: it may have been appealed since.
    if refusal := refusal_of_reinstatement(membership, ground):
        raise Conflict(refusal)
    termination = last_termination(membership)
    presenter = letter_content.Presenter.of(approval)

    def written(remaining: Sequence[Restriction]) -> Attachment:
        return letter_content.reinstatement(
            actor, membership, termination, remaining, approval.reason, presenter, ground, given["dissent"]
        )

    reinstate(actor, membership, approval.reason, written)
    return membership


REINSTATE = ApprovalAction(
    name="reinstate_membership",
    title=_("Reinstate a terminated membership"),
    propose=PROPOSERS,
    approve=OFFICERS,
    describe=describe_reinstatement,
    fingerprint=reinstatement_state,
    conflict=conflict_in,
    execute=_execute,
)
