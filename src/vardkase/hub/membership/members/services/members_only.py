"""Once the hub has two officers, only members may participate."""

from __future__ import annotations

from vardkase.audit.services import AuditActor, Target, record
from vardkase.core.errors import Invalid
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.services.transitions import push
from vardkase.hub.membership.members.settings import GRACE_DAYS
from vardkase.hub.membership.members.standing import NO_MEMBERSHIP
from vardkase.hub.profiles import Profile, profile
from vardkase.identity.accounts.four_eyes.hub_in_use import in_use
from vardkase.identity.organisations.hooks import (
    BeforeMerge,
    OrganisationsMerged,
    StandingChanged,
    standing_changed,
)
from vardkase.identity.organisations.models import MembershipInUse, Organisation
from vardkase.identity.organisations.settings import host_organisation_id, membership_is_in_use


def bring_into_use(actor: AuditActor) -> None:
    """Restrict the hub to members, permanently, once it has had two officers.

    Every organisation without a membership loses access, except the one that runs the hub. A database trigger
    does the same for those created later. A member's own platform (VARDKASE_PROFILE=member) has no members.
    """
    if profile() is not Profile.HUB or membership_is_in_use() or not in_use():
        return
    # A row that nothing deletes: a hub that loses its officers does not open to everybody again.
    MembershipInUse.objects.create(pk=1)
    outsiders = Organisation.objects.filter(membership=None).exclude(pk=host_organisation_id() or 0)
    # Listed before the update: the change of each is announced.
    shut = list(outsiders.values_list("pk", flat=True))
    Organisation.objects.filter(pk__in=shut).update(**NO_MEMBERSHIP._asdict())
    for pk in shut:
        standing_changed.emit(StandingChanged(pk))
    record(
        actor,
        MembershipAction.MEMBERSHIP_BROUGHT_INTO_USE,
        Target("hub"),
        {"organisations_without_membership": len(shut)},
    )


def refuse_merge(merge: BeforeMerge) -> None:
    """Refuse a merge that involves a member once membership is in use: two officers decide on those.

    Raises Invalid. The hub's own organisation cannot take over a membership, not even one that has ended.
    """
    if not membership_is_in_use():
        return
    memberships = Membership.objects.filter(organisation__in=(merge.source_id, merge.target_id))
    if merge.target_id != host_organisation_id():
        memberships = memberships.exclude(state=MembershipState.TERMINATED)
    if memberships.exists():
        raise Invalid({"id": [MemberProblem.MERGE_CHANGES_MEMBERSHIP()]})


def after_merge(merged: OrganisationsMerged) -> None:
    """Update what the remaining organisation may do: a membership may have moved to it."""
    if membership := Membership.objects.filter(organisation=merged.target_id).first():
        push(membership)


def after_setting_changed(name: str) -> None:
    """Recompute what every membership allows after the setting `name` changed the grace period."""
    if name == GRACE_DAYS.name:
        for membership in Membership.objects.select_for_update(of=("self",)):
            push(membership)
