"""Member side of enrolment: joins a hub by code, and polls the membership status there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import stored
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import RequestPolicy, fetch
from vardkase.exchange.servers import client
from vardkase.exchange.servers.peer import Peer, decoded
from vardkase.exchange.servers.services import add_server
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.enrolment.codes import hub_owner
from vardkase.hub.enrolment.models import JoinedHub
from vardkase.hub.enrolment.problems import JoiningProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import Role
from vardkase.identity.accounts.services import create_user, issue_key
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.services import capture_organisations
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.intel.models import Event

# No redirects: they would hand the code or our key to another host.
REQUEST_POLICY = RequestPolicy(seconds=30.0, limit=1024 * 1024, redirects=0)


@dataclass(frozen=True, slots=True)
class EnrolmentOffer:
    """What a code offers: a hub, and our organisation there.

    `takes_identity`: our organisation adopts its uuid and name on the hub, as no peer knows it yet under its
    current ones.
    """

    hub_uuid: str
    hub_name: str
    organisation_uuid: str
    organisation_name: str
    expires: datetime
    takes_identity: bool


def joined_hubs(actor: Actor) -> QuerySet[JoinedHub]:
    rows = JoinedHub.objects.select_related("server").order_by("pk")
    return rows if actor.organisation_id == host_organisation_id() or actor.is_site_admin else rows.none()


def read_offer(actor: Actor, code: str, url: str) -> EnrolmentOffer:
    """Ask the hub at `url` what `code` offers; does not use up the code. Raises Invalid, Conflict,
    OutgoingFailed."""
    actor.require_writing(Permission.SITE_ADMIN)
    reply = _post(url, "enrolments/offer", {"code": code})
    try:
        hub, ours = reply["Hub"], reply["Organisation"]
        uuid = str(UUID(str(ours["uuid"])))
        offer = EnrolmentOffer(
            str(UUID(str(hub["uuid"]))),
            str(hub["name"]),
            uuid,
            str(ours["name"]),
            datetime.fromisoformat(reply["expires"]),
            takes_identity=uuid != str(hub_owner().uuid),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise OutgoingFailed(JoiningProblem.NOT_A_HUB()) from error
    if offer.takes_identity:
        own = hub_owner()
        # Others would take what was sent under the former uuid for another organisation's.
        if Event.objects.filter(orgc_id=own.pk).exists() or JoinedHub.objects.exists():
            raise Conflict(JoiningProblem.KNOWN_OTHERWISE(uuid=own.uuid))
    return offer


def enrol(actor: Actor, code: str, url: str) -> JoinedHub:
    """Join the hub at `url`: adopt our identity there, create an account for it here, and connect.

    The connection pulls; it pushes nothing until somebody enables that. Raises Invalid, Conflict,
    OutgoingFailed; then nothing has changed here.
    """
    offer = read_offer(actor, code, url)
    with transaction.atomic():
        own = _adopt_identity(offer)
        ids = capture_organisations([{"uuid": offer.hub_uuid, "name": offer.hub_name}])
        hub_id = ids[offer.hub_uuid]
        # Within the transaction: if the hub refuses, neither identity nor account remains here.
        reply = _post(
            url, "enrolments/redeem", {"code": code, "uuid": str(own.uuid), **_account_for_hub(actor, hub_id)}
        )
        fields = {"name": offer.hub_name, "remote_org_id": hub_id, "pull": True, "push": False}
        server = add_server(actor, {**fields, "url": url.rstrip("/"), "authkey": reply.get("authkey")})
        joined = JoinedHub.objects.create(server=server, joined_by=actor.name)
        record(
            actor,
            HubAction.ENROLMENT_JOINED,
            Target("enrolment", server.pk, title=offer.hub_name),
            {"url": server.url},
        )
    client.test_connection(actor, server.pk)
    ask_standing(joined)
    return joined


def ask_standing(joined: JoinedHub) -> JoinedHub:
    """Ask the hub for our standing there and store the answer; a refusal is stored in its own words."""
    try:
        reply = Peer(joined.server).document("GET", "enrolments/standing")
        joined.report, joined.fault = (reply if isinstance(reply, dict) else {}), ""
    except OutgoingFailed as failed:
        joined.fault = stored(failed.problem or JoiningProblem.NOT_A_HUB())
    joined.asked = timezone.now()
    joined.save()
    return joined


def ask_everywhere() -> int:
    return sum(not ask_standing(joined).fault for joined in JoinedHub.objects.select_related("server"))


def _account_for_hub(actor: Actor, hub_id: int) -> dict[str, str]:
    """An account and a key for the hub to connect to this platform, if it has an address."""
    if not settings.BASE_URL:
        return {}
    role = Role.objects.filter(perm_sync=True, perm_site_admin=False, perm_admin=False).order_by("pk").first()
    if role is None:
        raise Conflict(JoiningProblem.NO_ROLE())
    # Only local organisations have accounts.
    Organisation.objects.filter(pk=hub_id).update(local=True)
    email = f"hub-{hub_id}@{settings.BASE_URL.partition('://')[2].partition(':')[0]}"
    user = create_user(actor, {"email": email, "org_id": hub_id, "role_id": role.pk, "change_pw": 0})
    _, raw = issue_key(actor, user, {"comment": gettext("The hub that this platform has joined")})
    return {"url": settings.BASE_URL, "authkey": raw}


def _adopt_identity(offer: EnrolmentOffer) -> Organisation:
    own = Organisation.objects.select_for_update().get(pk=hub_owner().pk)
    if offer.takes_identity:
        taken = Organisation.objects.filter(name__iexact=offer.organisation_name).exclude(pk=own.pk)
        own.uuid = UUID(offer.organisation_uuid)
        # Names are unique here, regardless of case; the uuid is what peers go by.
        own.name = own.name if taken.exists() else offer.organisation_name
        own.save()
    return own


def _post(url: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    if not url.startswith(("https://", "http://")):
        raise Invalid({"url": [JoiningProblem.NOT_AN_ADDRESS()]})
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    reply = fetch(
        "POST",
        f"{url.rstrip('/')}/{path}",
        headers=headers,
        body=msgspec.json.encode(body),
        policy=REQUEST_POLICY,
    )
    # The hub gives the same answer to an unknown, used and expired code.
    if reply.status in (403, 404):
        raise Invalid({"code": [JoiningProblem.CODE_REFUSED()]})
    document = decoded(reply)
    if not isinstance(document, dict):
        raise OutgoingFailed(JoiningProblem.NOT_A_HUB())
    return document
