"""The hub owner's overview: numbers, filters, export, and access for officers only."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tests.factories import make_organisation, make_role, make_user
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.hub.lifecycle.models import HistoryEntry
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.overview import figures
from vardkase.hub.membership.statements.models import Statement
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.fixture
def officer(seed: Seed) -> User:
    return make_user(
        seed.hub, make_role("Plain", []), "officer@hub.example", staff_roles=["membership_officer"]
    )


@pytest.fixture
def actor(officer: User) -> Actor:
    return actor_for(officer, Credential.BROWSER)


@pytest.fixture
def members(seed: Seed) -> list[Membership]:
    def member(organisation: Any, **fields: Any) -> Membership:
        kind = {"sector": "municipality", "connection": "web", "state": "active", "phase": 2, **fields}
        return Membership.objects.create(organisation=organisation, **kind)

    return [
        member(seed.org_a, nis2="essential", organisation_number="2120000142", county="14"),
        member(seed.org_b, sector="region", connection="api", state="onboarding"),
        member(seed.org_c, state="terminated"),
        member(make_organisation("=HYPERLINK(1)"), phase=1),
    ]


def test_counts_of_members(members: list[Membership], actor: Actor) -> None:
    counted = figures.counts(actor)
    assert counted["sector"] == {"municipality": 2, "region": 1}
    assert counted["state"] == {"active": 2, "onboarding": 1, "terminated": 1}
    assert counted["phase"] == {"1": 1, "2": 2}
    assert figures.accounts(actor) == 7, "an organisation that left is not counted"
    assert figures.new_members(actor, 12)[-1][1] == 4
    assert len(figures.new_members(actor, 12)) == 12


def test_time_in_each_step(members: list[Membership], actor: Actor) -> None:
    """A step ends when the next begins; the current one counts until now."""
    now = timezone.now()
    for member, days in ((members[0], (10, 4)), (members[1], (2,))):
        for number, before_now in enumerate(days):
            before, after = (("", "onboarding"), ("onboarding", "active"))[number]
            made = HistoryEntry.objects.create(
                kind="membership", thing_id=member.pk, step="x", before=before, after=after, actor_name="x"
            )
            HistoryEntry.objects.filter(pk=made.pk).update(at=now - timedelta(days=before_now))
    found = {each.state: each for each in figures.times(actor)}
    assert (found["onboarding"].count, found["onboarding"].now, found["onboarding"].longest.days) == (2, 1, 6)
    assert round(found["onboarding"].median / timedelta(days=1)) == 4
    assert round(found["active"].longest / timedelta(days=1)) == 4


def test_list_is_filtered_sorted_and_paged(members: list[Membership], officer: User) -> None:
    client = signed_in(officer)

    def shown(query: str = "") -> list[str]:
        return [row.organisation.name for row in client.get(reverse("members") + query).context["rows"]]

    everybody = ["=HYPERLINK(1)", "Organisation A", "Organisation B", "Organisation C"]
    assert shown() == everybody
    assert shown("?state=onboarding") == ["Organisation B"]
    assert shown("?sector=municipality&state=active&phase=2") == ["Organisation A"]
    assert shown("?q=212000-0142") == ["Organisation A"]
    assert shown("?q=nobody") == []
    assert shown("?sector=weather") == everybody
    for member, days in ((members[0], 30), (members[1], 300), (members[2], 30)):
        ends = timezone.localdate() + timedelta(days=days)
        Statement.objects.create(membership=member, state="accepted", valid_until=ends)
    assert shown("?expiring=1") == ["Organisation A"], "neither distant dates nor former members"
    tasks = {task.query: task.count for task in client.get(reverse("overview")).context["tasks"]}
    assert tasks["?expiring=1"] == 1
    assert shown("?sort=-accounts")[0] == "Organisation A"
    first = client.get(reverse("members") + "?rows=15")
    assert first.context["older"] == ""


def test_query_count_is_independent_of_member_count(members: list[Membership], officer: User) -> None:
    client = signed_in(officer)

    def queries(name: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse(name)).status_code == 200
        return len(caught)

    before = {name: queries(name) for name in ("overview", "members")}
    for number in range(30):
        organisation = make_organisation(f"Member {number}")
        Membership.objects.create(organisation=organisation, sector="region", connection="web")
    assert {name: queries(name) for name in before} == before


def test_export_has_no_formula_cells(members: list[Membership], officer: User) -> None:
    client = signed_in(officer)
    csv = b"".join(client.get(reverse("members_export") + "?format=csv&state=active")).decode("utf-8-sig")
    assert '"\'=HYPERLINK(1)"' in csv
    assert len(csv.splitlines()) == 3
    assert '"212000-0142"' in csv
    book = load_workbook(BytesIO(b"".join(client.get(reverse("members_export") + "?format=xlsx"))))
    sheet: Any = book.active
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[0].data_type for row in rows] == ["s"] * 4
    assert (sheet.title, sheet.freeze_panes, sheet["A1"].font.b) == ("Medlemmar", "A2", True)
    head = [cell.value for cell in sheet[1]]
    since, state = head.index("Medlem sedan"), head.index("Status")
    dated = {str(row[state].value) for row in rows if row[since].is_date}
    undated = {str(row[state].value) for row in rows if row[since].value is None}
    assert undated == {"Ansluts"}, "an onboarding organisation is not a member yet"
    assert dated
    assert len(dated & undated) == 0
    assert "Västra Götalands län" in {row[head.index("Län")].value for row in rows}
    assert AuditEntry.objects.filter(action="membership.exported").count() == 2


def test_only_officers_see_numbers_and_export(members: list[Membership], seed: Seed, client: Client) -> None:
    operator = make_user(seed.hub, make_role("Blind", []), "operator@hub.example", staff_roles=["operator"])
    for name in ("overview", "members", "members_export"):
        for person in (seed.site_admin.user, seed.org_admin.user, operator):
            if (name, person) != ("members", operator):
                assert signed_in(person).get(reverse(name)).status_code == 403
        assert client.get(reverse(name)).status_code == 302


def test_operator_finds_member_to_connect(members: list[Membership], seed: Seed) -> None:
    operator = make_user(seed.hub, make_role("Blind", []), "operator@hub.example", staff_roles=["operator"])
    desk = signed_in(operator)
    assert f'href="{reverse("members")}"' in desk.get(reverse("home")).content.decode()
    listed = desk.get(reverse("members")).content.decode()
    assert reverse("member", args=[members[0].organisation_id]) in listed
    assert reverse("members_export") not in listed


def test_task_links_to_members_it_concerns(members: list[Membership], officer: User) -> None:
    waiting, other = members[:2]
    waiting.changes.create(fields={"address": ["", "Nya torget"]}, proposed_by="x")
    Statement.objects.create(membership=other, state="submitted")
    client = signed_in(officer)
    links = {task.query for task in client.get(reverse("overview")).context["tasks"]}
    assert {"?waiting=change", "?waiting=statement"} <= links
    for name, member in (("change", waiting), ("statement", other)):
        rows = client.get(reverse("members"), {"waiting": name}).context["rows"]
        assert [row.pk for row in rows] == [member.pk]
