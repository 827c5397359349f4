"""Deceptive organisation names: refused when entered, marked when received from other hubs."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.support.refusals import problem_is
from tests.web.signed_in import signed_in
from vardkase.core.errors import Invalid
from vardkase.hub.membership.questionnaire.reading import read_step
from vardkase.hub.membership.questionnaire.steps import ORGANISATION
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.names import organisation_skeleton
from vardkase.identity.organisations.problems import OrganisationProblem
from vardkase.identity.organisations.services import (
    capture_organisations,
    create_organisation,
    edit_organisation,
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


UNSHOWN = [
    "Org\u200bA",
    "Org\u202eA",
    "Org\u2028A",
    "Org\x07A",
    "Org\u2066A",
    "\ufeffOrgA",
    "Org\u3164A",
    "Org\ufe0fA",
    "Org\u115fA",
    "Org\u1160A",
    "Org\uffa0A",
    "Org\u180fA",
    "Org\u2800A",
    "Org\U000e0101A",
]
LOOKALIKES = [
    "Norrviks kommun.",
    "Norrviks\u2010kommun",
    "NORRVIKS – KOMMUN",
    "“Norrviks kommun”",
    "Norrviks\u00b7kommun",
    "Norrvikskommun",
    "Norrvíks kommuń",
    "Ņorrvıks kommun",
    "Norrviks k\u0336ommun",
]
"""Names that look like "Norrviks kommun", by punctuation, spaces and marks."""


@pytest.mark.parametrize("name", ["ＯrgA", "Оrga", "0rga", "ORGA", "Org\u00a0a".replace("\u00a0", "")])
def test_lookalike_name_is_refused(seed: Seed, name: str) -> None:
    create_organisation(seed.site_admin.actor, {"name": "OrgA", "local": False})
    with pytest.raises(Invalid) as refused:
        create_organisation(seed.site_admin.actor, {"name": name})
    assert set(refused.value.errors) == {"name"}
    with pytest.raises(Invalid):
        edit_organisation(seed.site_admin.actor, seed.org_c, {"name": name})
    status, _ = call(seed.site_admin.key, "POST", "/admin/organisations/add", {"name": name})
    assert status == 403


@pytest.mark.parametrize("name", UNSHOWN)
def test_name_with_invisible_characters_is_refused(seed: Seed, name: str) -> None:
    with pytest.raises(Invalid, check=problem_is(OrganisationProblem.NAME_INVISIBLE)):
        create_organisation(seed.site_admin.actor, {"name": name})
    assert "name" in read_step(ORGANISATION, {"name": name}).errors


@pytest.mark.parametrize("name", LOOKALIKES)
def test_punctuation_spaces_and_marks_do_not_distinguish_names(seed: Seed, name: str) -> None:
    mine = create_organisation(seed.site_admin.actor, {"name": "Norrviks kommun", "local": True})
    with pytest.raises(Invalid, check=problem_is(OrganisationProblem.NAME_RESEMBLES)):
        create_organisation(seed.site_admin.actor, {"name": name})
    with pytest.raises(Invalid, check=problem_is(OrganisationProblem.NAME_RESEMBLES)):
        edit_organisation(seed.site_admin.actor, seed.org_c, {"name": name})
    uuid = str(uuid4())
    event = {"info": "x", "uuid": str(uuid4()), "Orgc": {"uuid": uuid, "name": name}}
    assert call(seed.partner_sync.key, "POST", "/events/add", {"Event": event})[0] == 200
    found = Organisation.objects.get(uuid=uuid)
    assert found.name_resembles_another
    assert found.name_skeleton != mine.name_skeleton


def test_invisible_characters_from_peer_are_removed_and_name_is_marked(seed: Seed) -> None:
    create_organisation(seed.site_admin.actor, {"name": "Norrviks kommun", "local": True})
    uuids = {str(uuid4()): filler for filler in "\u115f\u1160\u3164\uffa0\u2800\u180f"}
    capture_organisations({"uuid": uuid, "name": f"Norrviks{each}kommun"} for uuid, each in uuids.items())
    found = Organisation.objects.filter(uuid__in=uuids)
    assert [each.name_resembles_another for each in found] == [True] * len(uuids)
    assert not set("".join(each.name for each in found)) & set(uuids.values())


def test_swedish_letters_distinguish_names(seed: Seed) -> None:
    for name in ("Håbo kommun", "Habo kommun", "Häbo kommun", "Malmö stad", "Malmo stad"):
        create_organisation(seed.site_admin.actor, {"name": name, "local": True})
    for name in (
        "HÅBO KOMMUN",
        "Ha\u030abo kommun",
        "Hȧbo kommun",
        "Hábo kommun",
        "Malmő stad",
        "Malmø stad",
    ):
        with pytest.raises(Invalid):
            create_organisation(seed.site_admin.actor, {"name": name})


def test_names_in_other_scripts_are_distinct() -> None:
    names = ["日本", "本", "がく", "かく", "!!!", "???", "ЦЕРТ", "ΕΛΛΑΣ"]
    assert len({organisation_skeleton(name) for name in names}) == len(names)


def test_colliding_stored_names_remain_editable(seed: Seed) -> None:
    rows = Organisation.objects.bulk_create(
        Organisation(name=name, local=local)
        for name, local in (
            ("Norrviks kommun", True),
            ("Norrviks-kommun", True),
            ("Norrviks kommun.", False),
            ("Ort", False),
        )
    )
    edit_organisation(seed.site_admin.actor, rows[1], {"sector": "Kommun"})


def test_own_name_and_composed_form_are_accepted(seed: Seed) -> None:
    made = create_organisation(seed.site_admin.actor, {"name": "Ra\u0308ddning  Öst"})
    assert made.name == "Räddning Öst"
    edit_organisation(seed.site_admin.actor, made, {"name": "räddning öst", "sector": "Kommun"})
    create_organisation(seed.site_admin.actor, {"name": "Raddning Ost"})  # ä is not a.


@pytest.mark.parametrize("name", ["ＯrgA", "Оrg\u202eA", "Org\u200bA", "orga"])
def test_deceptive_name_in_document_is_stored_and_marked(seed: Seed, name: str) -> None:
    mine = create_organisation(seed.site_admin.actor, {"name": "OrgA"})
    uuid = str(uuid4())
    event = {"info": "x", "uuid": str(uuid4()), "Orgc": {"uuid": uuid, "name": name}}
    status, body = call(seed.partner_sync.key, "POST", "/events/add", {"Event": event})
    assert status == 200, body
    found = Organisation.objects.get(uuid=uuid)
    assert found.name_resembles_another
    assert organisation_skeleton(found.name) != mine.name_skeleton
    assert not set(found.name) & set("\u202e\u200b")
    page = signed_in(seed.site_admin).get(
        reverse("organisation", args=[found.pk]), headers={"accept-language": "en"}
    )
    assert "Name similar to another organisation" in page.content.decode()


def test_lookalike_names_in_one_document_become_unique(seed: Seed) -> None:
    uuids = [str(uuid4()) for _ in range(4)]
    names = ["Acme", "Аcme", "ACME", "\u200b"]
    found = capture_organisations(
        {"uuid": uuid, "name": name} for uuid, name in zip(uuids, names, strict=True)
    )
    kept = list(Organisation.objects.filter(pk__in=found.values()))
    assert len({each.name_skeleton for each in kept}) == 4
    assert Organisation.objects.get(uuid=uuids[3]).name == uuids[3]


def test_organisation_without_membership_is_marked(seed: Seed) -> None:
    Organisation.objects.filter(pk=seed.org_c.pk).update(fixed_standing="no_membership")
    page = signed_in(seed.site_admin).get(reverse("organisations"), headers={"accept-language": "en"})
    assert page.content.decode().count("Not a member") == 1
