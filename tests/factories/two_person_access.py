"""Setups for two-person actions that give access to a member, or assign a membership or connection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from tests.factories import make_organisation, make_role
from tests.factories.memberships import member, opened
from tests.factories.seed import SYNC_USER
from tests.factories.two_person_setup import WHY, People, Setup
from vardkase.core.clock import today
from vardkase.exchange.servers import confirmation
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.services import add_server
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.onboarding import member_accounts, organisation
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import MembershipInUse, Organisation

NEW = "per.private@mailbox.example"


def _item(
    people: People,
    org: Organisation,
    item: str,
    propose: Callable[[Actor], object],
    state: Callable[[], object],
    given: dict[str, str],
) -> Setup:
    """An item of the checklist of `org`."""
    form = given | {"reason": WHY}
    return people.by_officers(
        propose,
        state,
        page=(f"/members/{org.pk}/checklist/{item}/", form),
        api=(f"/membershipChecklists/do/{org.pk}/{item}", form),
        command=("membership", "do", org.name, item, *(f"{name}={value}" for name, value in form.items())),
    )


def administrator(people: People) -> Setup:
    org = people.seed.org_b
    member(people.desk, org, connection="both")
    return _item(
        people,
        org,
        "administrator",
        lambda who: member_accounts.invite_administrator(who, org.pk, NEW, WHY),
        User.objects.filter(email=NEW).count,
        {"email": NEW},
    )


def sync_key(people: People) -> Setup:
    org, until = people.seed.org_b, today() + timedelta(days=100)
    make_role("Sync user", SYNC_USER)
    member(people.desk, org, connection="both")
    email = "machine@b.example"

    def propose(who: Actor) -> object:
        return member_accounts.make_sync_user(
            who, org.pk, email, addresses="127.0.0.1", until=until, send_to=NEW, reason=WHY
        )

    given = {"email": email, "addresses": "127.0.0.1", "until": until.isoformat(), "send_to": NEW}
    return _item(people, org, "sync_user", propose, User.objects.filter(email=email).count, given)


def joining(people: People) -> Setup:
    made, other = make_organisation("Sunda Vatten AB"), make_organisation("Another AB")
    opened(people.desk, made)
    return _item(
        people,
        made,
        "organisation",
        lambda who: organisation.join_organisation(who, made.pk, other.pk, WHY),
        lambda: Membership.objects.get().organisation.name,
        {"other": str(other.pk)},
    )


def known_by(people: People) -> Setup:
    made, uuid = make_organisation("Sunda Vatten AB"), str(uuid4())
    opened(people.desk, made)
    return _item(
        people,
        made,
        "organisation",
        lambda who: organisation.take_uuid(who, made.pk, uuid, WHY),
        lambda: str(Organisation.objects.get(pk=made.pk).uuid),
        {"uuid": uuid},
    )


def connection(people: People) -> Setup:
    member(people.desk, people.seed.org_b, connection="both")
    MembershipInUse.objects.get_or_create(pk=1)
    given = {"name": "Theirs", "url": "https://misp.b.example", "authkey": "A" * 40, "pull": True}
    server = add_server(people.seed.site_admin.actor, given | {"remote_org_id": people.seed.org_b.pk})
    return Setup(
        people.seed.site_admin,
        people.officer.user,
        lambda who: confirmation.propose_confirmation(who, server, WHY),
        lambda: confirmation.is_confirmed(Server.objects.get(pk=server.pk)),
        page=(f"/administration/connections/{server.pk}/confirm/", {"reason": WHY}),
    )


WAYS_IN: dict[str, Callable[[People], Setup]] = {
    "confirm_connection": connection,
    "invite_member_administrator": administrator,
    "join_organisation": joining,
    "make_member_sync_key": sync_key,
    "take_uuid": known_by,
}
