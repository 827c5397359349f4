"""membershipOffenceData/*: permissions to process personal data on offences. The names are ours."""

from __future__ import annotations

from vardkase.api.answers import Json
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Date, Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.hub.membership.offence_data import queries, services
from vardkase.hub.membership.phases.services import OFFICERS
from vardkase.identity.accounts.staff import StaffRole
from vardkase.misp.flags import as_int

LEGAL = (StaffRole.LEGAL_OFFICER,)
MOST = 1000


class NewPermission(Body, kw_only=True):
    model = "OffencePermission"

    since: Date
    until: Date | None = None
    reference: Mandatory[Text] = ""


class Ending(Body, kw_only=True):
    reason: Mandatory[Text] = ""


@endpoint("membershipOffenceData/index", staff=OFFICERS)
def index(call: Call) -> Json:
    """List the newest permissions to process personal data on offences, at most 1,000."""
    return Json(
        [
            {
                "OffencePermission": {
                    "id": str(one.pk),
                    "organisation": {"uuid": str(one.organisation.uuid), "name": one.organisation.name},
                    "since": one.since.isoformat(),
                    "until": one.until and one.until.isoformat(),
                    "reference": one.reference,
                    "ended": one.ended and one.ended.isoformat(),
                }
            }
            for one in queries.permissions()[:MOST]
        ]
    )


@endpoint(
    "membershipOffenceData/permit",
    proposes=("record_offence_permission",),
    staff=LEGAL,
    writes=True,
    describes=Description(
        "`since` and `until` are days; without `until` there is no end. A second person approves.",
        url="/membershipOffenceData/permit/[organisation]",
    ),
)
def permit(call: Call, organisation: str, *, body: NewPermission) -> Json:
    """Propose recording that an organisation may process personal data on offences."""
    proposed = services.propose_permission(call.actor, organisation, body.since, body.until, body.reference)
    return Json(as_json(proposed))


@endpoint(
    "membershipOffenceData/end",
    proposes=("end_offence_permission",),
    staff=LEGAL,
    writes=True,
    describes=Description(url="/membershipOffenceData/end/[permission]"),
)
def end(call: Call, permission: str, *, body: Ending) -> Json:
    """Propose to end a permission to process personal data on offences."""
    return Json(as_json(services.propose_ending(call.actor, as_int(permission) or 0, body.reason)))
