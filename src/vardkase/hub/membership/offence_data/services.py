"""Services that record permissions for data on offences, and open or close the gate of each organisation."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.law.queries import answer
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.offence_data.models import OffencePermission
from vardkase.hub.membership.offence_data.problems import OffenceDataProblem
from vardkase.hub.membership.offence_data.rules import NOT_A_MEMBER, OFFENCE_DATA, QUESTION_OF, offence_period
from vardkase.hub.membership.phases.queries import recorded_preconditions
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import Reference, find_organisation
from vardkase.identity.organisations.settings import (
    host_organisation_id,
    membership_is_in_use,
)
from vardkase.identity.organisations.standing import ALWAYS

LONGEST = 300
PAGE = "/membership/phases/law/offence_data/permissions/"
# What decides may change in several transactions at once: the last one must see what all have written.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('offence data'))"


@transaction.atomic
def propose_permission(
    actor: Actor, reference: Reference, since: date, until: date | None, ground: str
) -> ApprovalRequest:
    """Propose to record that an organisation may process personal data on offences, by the act or decision `ground`.

    Raises Forbidden unless the actor is a legal officer, Invalid by field, Conflict while another waits.
    """
    _require_legal_officer(actor)
    try:
        organisation = find_organisation(reference)
    except NotFound:
        raise Invalid({"organisation": [OffenceDataProblem.NO_SUCH_ORGANISATION()]}) from None
    ground = ground.strip()
    if not ground or len(ground) > LONGEST or "\0" in ground:
        raise Invalid({"reference": [OffenceDataProblem.LACKS_REFERENCE(most=LONGEST)]})
    if not isinstance(since, date):
        raise Invalid({"since": [OffenceDataProblem.NOT_A_DAY()]})
    if until is not None and until < since:
        raise Invalid({"until": [OffenceDataProblem.ENDS_BEFORE_IT_STARTS()]})
    parameters = {
        "since": since.isoformat(),
        "until": until.isoformat() if until else "",
        "reference": ground,
    }
    return propose(
        actor,
        RECORD_PERMISSION,
        str(organisation.pk),
        title=organisation.name,
        parameters=parameters,
        reason=ground,
    )


@transaction.atomic
def propose_ending(actor: Actor, number: int, reason: str) -> ApprovalRequest:
    """Propose to end a permission at once. Raises Forbidden, NotFound, Invalid, Conflict if it has ended."""
    _require_legal_officer(actor)
    permission = _locked(number)
    if permission.ended is not None:
        raise Conflict(OffenceDataProblem.ENDED_ALREADY())
    reason = reason.strip()
    if not reason or len(reason) > LONGEST or "\0" in reason:
        raise Invalid({"reason": [OffenceDataProblem.LACKS_REASON(most=LONGEST)]})
    title = permission.organisation.name
    return propose(actor, END_PERMISSION, str(permission.pk), title=title, reason=reason)


def find_permission(number: int) -> OffencePermission:
    rows = OffencePermission.objects.select_related("organisation").filter(pk=number)
    return first_or_not_found(rows, OffenceDataProblem.NO_SUCH_PERMISSION())


def apply_grounds() -> int:
    """Store on every organisation when it may process personal data on offences; returns how many changed.

    Once membership is in use: until then the hub is one organisation's own platform, or is being set up.
    """
    with transaction.atomic():
        cursor().execute(ONE_AT_A_TIME)
        by_period: dict[DateTimeTZRange, list[int]] = defaultdict(list)
        for organisation_id, period in _periods().items():
            by_period[period].append(organisation_id)
        return sum(
            Organisation.objects.filter(pk__in=ids)
            .exclude(offence_period=period)
            .update(offence_period=period)
            for period, ids in by_period.items()
        )


def follow(_changed: object) -> None:
    """What decides about an organisation has changed."""
    apply_grounds()


def _periods() -> dict[int, DateTimeTZRange]:
    if not membership_is_in_use():
        return {}
    members = Membership.objects.exclude(state=MembershipState.TERMINATED)
    forms = dict(members.values_list("organisation", "sector"))
    permitted: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    open_ones = OffencePermission.objects.filter(ended=None)
    for organisation_id, since, until in open_ones.values_list("organisation", "since", "until"):
        permitted[organisation_id].append((since, until))
    answers = {key: answer(key) for key in set(QUESTION_OF.values())}
    in_force, today = recorded_preconditions()[OFFENCE_DATA].since, timezone.localdate()
    host = host_organisation_id()
    return {
        pk: ALWAYS
        if pk == host  # An authority, which keeps the gate.
        else offence_period(forms.get(pk, NOT_A_MEMBER), answers, in_force, permitted.get(pk, ()), today)
        for pk in Organisation.objects.values_list("pk", flat=True)
    }


def _require_legal_officer(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(StaffRole.LEGAL_OFFICER)


def _locked(number: int) -> OffencePermission:
    rows = OffencePermission.objects.select_for_update(of=("self",)).select_related("organisation")
    return first_or_not_found(rows.filter(pk=number), OffenceDataProblem.NO_SUCH_PERMISSION())


def _describe_permission(request: ApprovalRequest) -> ActionDescription:
    given = request.parameters
    details = [
        (gettext("Law or decision"), given["reference"]),
        (gettext("In force from"), _day(given["since"])),
    ]
    if given["until"]:
        details.append((gettext("Last day"), _day(given["until"])))
    effect = gettext("%(organisation)s can read personal data on offences that others share with it.")
    return ActionDescription(
        effect % {"organisation": request.title},
        tuple(details),
        PAGE,
    )


def _day(written: str) -> str:
    return date_format(date.fromisoformat(written), "j F Y")


def _describe_ending(request: ApprovalRequest) -> ActionDescription:
    effect = gettext("Personal data on offences are withheld from %(organisation)s at once.")
    return ActionDescription(effect % {"organisation": request.title}, (), PAGE)


def _permissions_of(request: ApprovalRequest) -> dict[str, Any]:
    organisation = Organisation.objects.select_for_update().filter(pk=int(request.subject))
    first_or_not_found(organisation, OffenceDataProblem.NO_SUCH_ORGANISATION())
    held = OffencePermission.objects.filter(organisation=int(request.subject), ended=None)
    return {"permissions": list(held.order_by("pk").values_list("pk", flat=True))}


def _execute_permission(approval: Approval) -> OffencePermission:
    given = approval.for_action(RECORD_PERMISSION).parameters
    permission = OffencePermission.objects.create(
        organisation_id=int(approval.request.subject),
        since=date.fromisoformat(given["since"]),
        until=date.fromisoformat(given["until"]) if given["until"] else None,
        reference=given["reference"],
        recorded_by=approval.request.proposed_by_name,
        approved_by=approval.actor.name,
    )
    change = dict(given) | {"proposed_by": permission.recorded_by}
    record(approval.actor, MembershipAction.OFFENCE_PERMISSION_RECORDED, _target(permission), change)
    apply_grounds()
    return permission


def _execute_ending(approval: Approval) -> OffencePermission:
    permission = _locked(int(approval.for_action(END_PERMISSION).request.subject))
    permission.ended = timezone.now()
    permission.save(update_fields=["ended"])
    change = {"reason": approval.reason, "proposed_by": approval.request.proposed_by_name}
    record(approval.actor, MembershipAction.OFFENCE_PERMISSION_ENDED, _target(permission), change)
    apply_grounds()
    return permission


def _target(permission: OffencePermission) -> Target:
    organisation = permission.organisation
    return Target("organisation", organisation.pk, organisation.uuid, organisation.name)


_of_a_permission = partial(ApprovalAction, propose=frozenset({Party.LEGAL_OFFICER}), approve=OFFICERS)
RECORD_PERMISSION = _of_a_permission(
    name="record_offence_permission",
    title=_("Record that an organisation may process personal data on offences"),
    describe=_describe_permission,
    fingerprint=_permissions_of,
    execute=_execute_permission,
)
END_PERMISSION = _of_a_permission(
    name="end_offence_permission",
    title=_("End a permission to process personal data on offences"),
    describe=_describe_ending,
    fingerprint=lambda request: {"ended": _locked(int(request.subject)).ended},
    execute=_execute_ending,
)
