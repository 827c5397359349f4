"""What an operator's account may call on a hub (table in operator.toml), and what it cannot read or change.

The table lists what the declared permissions allow an operator whose role is site administrator. Every
endpoint and page is listed once, under its purpose; a new one fails the first test until it is classified.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.urls import get_resolver

from tests.api.calls import call, send
from tests.api.test_roles import lines
from tests.conventions.test_permissions import views
from tests.factories import make_key, make_role, make_user
from tests.factories.content_access import in_browser, operator_of
from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.samples import SampleHub, Samples
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from vardkase.api import registry
from vardkase.api.dispatch import declared_permissions
from vardkase.core.errors import Forbidden, NotFound
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.members.queries import find_membership, history, may_read_statements
from vardkase.hub.membership.members.rules import MEMBERSHIP
from vardkase.hub.membership.statements import queries as statements
from vardkase.hub.membership.statements.models import Evidence, Statement
from vardkase.hub.policy.queries import versions
from vardkase.identity.access.actor import Actor, actor_for, console_actor
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.blueprints.queries import blueprints
from vardkase.identity.organisations.models import MembershipInUse
from vardkase.identity.organisations.queries import visible_groups
from vardkase.web.ui.pages import PUBLIC

TABLE = tomllib.loads(Path(__file__).with_name("operator.toml").read_text("utf-8"))
SHARED = (
    *("event", "attribute", "object", "event_report", "object_reference", "event_tag", "attribute_tag"),
    *("sighting", "proposal", "analyst_data", "collection", "sharing_group", "sharing_group_org"),
)
"""The tables of shared content and its recipients."""


@pytest.fixture
def desk(seed: Seed) -> Desk:
    return make_desk(seed)


def classified(kind: str) -> list[str]:
    return sorted(name for group in TABLE[kind].values() for name in group)


def test_every_endpoint_is_classified(seed: Seed) -> None:
    assert registry.controllers()
    operator = actor_for(operator_of(seed).user, Credential.API_KEY)
    open_to_it = [
        each.name for each in declared_permissions() if not each.public and each.may_be_called_by(operator)
    ]
    assert classified("endpoints") == sorted(open_to_it)


def test_every_page_is_classified(seed: Seed) -> None:
    operator = in_browser(operator_of(seed).user)
    open_to_it = Counter(
        route
        for route, view in views(get_resolver())
        if not view.__module__.startswith("allauth.")
        and view.declared_permissions != PUBLIC
        and opens(view, operator)
    )
    assert classified("pages") == sorted(open_to_it)


def opens(view: Any, actor: Actor) -> bool:
    try:
        view.authorise(actor)
    except Forbidden:
        return False
    return True


def test_operator_requests_do_not_change_shared_content(db: None) -> None:
    sample_hub = SampleHub()
    everything = make_role("Everything", [*Permission])
    key = make_key(make_user(sample_hub.b, everything, "drift@b.example", staff_roles=["operator"]))
    things = Samples(sample_hub, sample_hub.caller("user"))
    things.furnish()
    tried = 0
    for line in lines():
        if not line.writes or line.skip or line.name not in TABLE["endpoints"]["content"]:
            continue
        to, body = things.fill(line.to), things.fill(line.send) if line.send is not None else {}
        before = rows()
        send(key, line.asked_by, f"/{line.name}{'/' if to else ''}{to}", body)
        assert rows() == before, line.name
        tried += 1
    for path, document in (
        ("/events/add", {"info": "By the operator", "distribution": 1}),
        ("/sharing_groups/add", {"name": "By the operator", "releasability": "x"}),
        (f"/events/publish/{things.event.pk}", {}),
        (f"/sightings/add/{things.attribute.pk}", {}),
    ):
        before = rows()
        assert call(key, "POST", path, document)[0] == 403, path
        assert rows() == before
    assert tried > 20


def rows() -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t"
                for table in SHARED
            )
        )
        return list(cursor.fetchall())


@pytest.mark.parametrize("duty", [StaffRole.OPERATOR, StaffRole.AUDITOR])
def test_operator_cannot_read_security_statements(
    seed: Seed, desk: Desk, duty: StaffRole, password_is_enough: None
) -> None:
    membership = member(desk, seed.org_b)
    statement = Statement.objects.get(membership=membership)
    statement.answers["risk"] = {"level": "3", "gap": "En brist som bara medlemmen vet om"}
    statement.save()
    file = Evidence.objects.create(
        statement=statement, measure="risk", name="intyg.pdf", kind="application/pdf", digest="0" * 64, size=1
    )
    everything = make_role("Everything", [*Permission])
    user = make_user(seed.hub, everything, "drift@hub.example", staff_roles=[duty.value])
    key, browser = make_key(user), signed_in(user)
    assert call(key, "GET", f"/securityStatements/view/{seed.org_b.pk}")[0] == 403
    assert call(key, "GET", f"/securityStatements/evidence/{file.pk}")[0] in (403, 404)
    page = browser.get(f"/members/{seed.org_b.pk}/")
    assert page.status_code == 200
    assert "En brist" not in page.content.decode()
    assert browser.get(f"/membership/evidence/{file.pk}/").status_code == 404
    assert "En brist" in signed_in(desk.officer.user).get(f"/members/{seed.org_b.pk}/").content.decode()
    with pytest.raises(NotFound):
        statements.find_evidence(in_browser(user), file.pk)


@pytest.mark.parametrize("duty", [StaffRole.OPERATOR, StaffRole.AUDITOR])
def test_operator_cannot_read_officers_statement_notes(seed: Seed, desk: Desk, duty: StaffRole) -> None:
    membership = member(desk, seed.org_b)
    officer = at_the_screen(desk.officer)
    note_in_history(officer, MEMBERSHIP, membership, "membership.statement_returned", "Brist i åtkomsten")
    blind = make_user(seed.hub, make_role("Blind", [*Permission]), "b@hub.example", staff_roles=[duty.value])
    found = [entry.note for entry in history(in_browser(blind), membership)]
    assert "Brist i åtkomsten" not in found
    assert "Brist i åtkomsten" in [entry.note for entry in history(officer, membership)]


def test_console_cannot_read_statements_once_membership_is_in_use(seed: Seed, desk: Desk) -> None:
    membership = member(desk, seed.org_b)
    console = console_actor(seed.hub.pk, seed.hub.name, "drift")
    assert may_read_statements(console, membership)
    MembershipInUse.objects.get_or_create()
    assert not may_read_statements(console, find_membership(console, seed.org_b.pk))


def test_operator_does_not_see_names_of_groups_and_rules(seed: Seed) -> None:
    sample_hub = SampleHub()
    things = Samples(sample_hub, sample_hub.caller("user"))
    things.furnish()
    operator = actor_for(operator_of(seed).user, Credential.API_KEY)
    assert things.group is not None
    assert list(visible_groups(operator)) == []
    assert list(versions(operator)) == []
    with pytest.raises(Forbidden):
        blueprints(operator)
    key = make_key(operator_of(seed, "drift2@c.example").user)
    for path in (
        "/tag_collections/index",
        "/decayingModel/index",
        "/event_templates/index",
        "/collections/index",
    ):
        text = str(call(key, "GET", path)[1])
        assert "only-for-a" not in text, path
