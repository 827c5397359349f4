"""receivedVersions/* and connectedAuthorities/*: what each connected authority has received. The names are ours."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Flag, Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.public_records.problems import PublicRecordsProblem
from vardkase.hub.public_records.received import authorities
from vardkase.hub.public_records.received.access import OVERSEERS, require_register
from vardkase.hub.public_records.received.export import version_json
from vardkase.hub.public_records.received.queries import RegisterFilter, find_version, register_list
from vardkase.identity.accounts.staff import StaffRole
from vardkase.misp.flags import as_int

DEFAULT = 100


class RegisterSearch(Paging, kw_only=True):
    text: Text = ""
    publisher: Text = ""
    first: Text = ""
    last: Text = ""
    organisation: Text = ""


class AuthorityAnswer(Body, kw_only=True):
    is_authority: Mandatory[Flag] = False
    provision: Mandatory[Text] = ""
    reason: Mandatory[Text] = ""


@endpoint(
    "receivedVersions/index",
    describes=Description(
        "Newest first. `first` and `last` are days (YYYY-MM-DD) on which versions were made available. "
        "`organisation` is the id of another authority, for the hub's legal officers."
    ),
)
def index(call: Call, *, params: RegisterSearch) -> Json:
    """List the versions of events that have been made available to your authority."""
    limit, offset = params.limit_and_offset(DEFAULT)
    organisation_id = as_int(params.organisation) or call.actor.organisation_id
    require_register(call.actor, organisation_id)
    last = _day("last", params.last)
    wanted = RegisterFilter(
        text=params.text.strip(),
        publisher=params.publisher.strip(),
        since=_midnight(_day("first", params.first)),
        before=_midnight(last + timedelta(days=1)) if last and last < date.max else None,
    )
    rows = register_list(call.actor, organisation_id, wanted, limit, offset)
    return Json([{"ReceivedVersion": version_json(row)} for row in rows])


@endpoint("receivedVersions/view", describes=Description(url="/receivedVersions/view/[number]"))
def view(call: Call, number: str) -> Json:
    """Show the entry of one version in your authority's register, by its number."""
    require_register(call.actor, call.actor.organisation_id)
    return Json(
        {"ReceivedVersion": version_json(find_version(call.actor, call.actor.organisation_id, number))}
    )


@endpoint("connectedAuthorities/index", staff=OVERSEERS)
def list_authorities(call: Call) -> Json:
    """List the connected authorities, and the members for which a legal officer has to decide."""
    return Json([_json(one) for one in authorities.connected_authorities()])


@endpoint(
    "connectedAuthorities/decide",
    staff=(StaffRole.LEGAL_OFFICER,),
    writes=True,
    describes=Description(url="/connectedAuthorities/decide/[organisation_id]"),
)
def decide(call: Call, organisation_id: str, *, body: AuthorityAnswer) -> Json:
    """Decide whether a member whose legal form leaves it open is an authority."""
    number = as_int(organisation_id) or 0
    authorities.decide_authority(
        call.actor,
        number,
        is_authority=bool(body.is_authority),
        provision=body.provision,
        reason=body.reason,
    )
    return Json(_json(authorities.find_authority(number)))


def _json(authority: authorities.ConnectedAuthority) -> dict[str, Any]:
    moments = {
        name: value.isoformat() if (value := getattr(authority, name)) else None
        for name in ("since", "decided_at")
    }
    return {"ConnectedAuthority": asdict(authority) | moments}


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid({name: [PublicRecordsProblem.NOT_A_DATE()]}) from None


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
