"""Authorities with requests for the same material write to each other; each decides alone."""

from __future__ import annotations

import pytest

from tests.factories import make_role, make_user
from tests.factories.records_cases import (
    at_a_browser,
    incident,
    officer_of,
    with_material,
)
from tests.factories.seed import USER, Seed
from tests.web.accounts import signed_in
from vardkase.core.errors import Conflict, Forbidden
from vardkase.hub.public_records.cases import coordination
from vardkase.hub.public_records.cases.models import (
    CaseItem,
    Coordination,
    RecordsCase,
)
from vardkase.hub.public_records.release.items import ItemKind
from vardkase.identity.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough", "mail_server")]


def test_authorities_with_the_same_material_coordinate(seed: Seed) -> None:
    event = incident(seed)
    first, second = at_a_browser(officer_of(seed, "org_b")), at_a_browser(officer_of(seed, "org_c"))
    hub = at_a_browser(
        make_user(seed.hub, make_role("User", USER), "jurist@hub.example", staff_roles=["legal_officer"])
    )
    mine = with_material(first)
    home = signed_in(User.objects.get(pk=first.user_id or 0)).get("/").content.decode()
    assert "Begäran om allmän handling att besvara" in home
    assert not Coordination.objects.exists()
    with_material(second)
    row = Coordination.objects.get(event_uuid=event.uuid)
    assert [name for name, _ in coordination.names_of_parties(seed.hub.pk, row)] == [
        "Organisation B",
        "Organisation C",
    ]
    row = coordination.find_coordination(first, row.pk)
    title = CaseItem.objects.get(case=mine, kind=ItemKind.EVENT).title
    assert coordination.own_titles(seed.org_b.pk, [row]) == {row.event_uuid: title}
    assert coordination.own_titles(seed.hub.pk, [row]) == {}, "without a case of its own"
    assert [name for name, _ in coordination.names_of_parties(seed.org_b.pk, row)] == ["Organisation B"]
    with pytest.raises(Conflict):
        coordination.write(first, row.pk, "Hej")
    for actor in (first, second):
        coordination.join(actor, row.pk)
    coordination.write(first, row.pk, "Vi maskerar adressen.")
    page = signed_in(User.objects.get(pk=second.user_id or 0)).get(f"/public-records/coordination/{row.pk}/")
    assert "Vi maskerar adressen." in page.content.decode()
    assert "Organisation B" in page.content.decode()
    assert RecordsCase.objects.get(authority=seed.org_b).number not in page.content.decode()
    assert (
        signed_in(User.objects.get(pk=hub.user_id or 0)).get("/public-records/coordination/").status_code
        == 200
    )
    with pytest.raises(Forbidden):
        coordination.find_coordination(at_a_browser(seed.analyst.user), row.pk)
