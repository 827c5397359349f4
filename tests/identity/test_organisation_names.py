"""Names of organisations that would deceive: refused where people write them, marked where other hubs send them."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from tests.api.calls import call
from tests.cast import Cast
from tests.web.signed_in import signed_in
from vardkase.core.errors import Invalid
from vardkase.hub.membership.applications.form.reading import read_step
from vardkase.hub.membership.applications.form.steps import ORGANISATION
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.names import skeleton
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
]


@pytest.mark.parametrize("name", ["ＯrgA", "Оrga", "0rga", "ORGA", "Org\u00a0a".replace("\u00a0", "")])
def test_a_name_that_looks_like_anothers_is_refused(cast: Cast, name: str) -> None:
    create_organisation(cast.site_admin.actor, {"name": "OrgA", "local": False})
    with pytest.raises(Invalid) as refused:
        create_organisation(cast.site_admin.actor, {"name": name})
    assert set(refused.value.errors) == {"name"}
    with pytest.raises(Invalid):
        edit_organisation(cast.site_admin.actor, cast.org_c, {"name": name})
    status, _ = call(cast.site_admin.key, "POST", "/admin/organisations/add", {"name": name})
    assert status == 403


@pytest.mark.parametrize("name", UNSHOWN)
def test_a_name_with_characters_that_are_not_shown_is_refused(cast: Cast, name: str) -> None:
    with pytest.raises(Invalid, match="not shown"):
        create_organisation(cast.site_admin.actor, {"name": name})
    assert "name" in read_step(ORGANISATION, {"name": name}).errors


def test_its_own_name_and_a_composed_form_are_kept(cast: Cast) -> None:
    made = create_organisation(cast.site_admin.actor, {"name": "Ra\u0308ddning  Öst"})
    assert made.name == "Räddning Öst"
    edit_organisation(cast.site_admin.actor, made, {"name": "räddning öst", "sector": "Kommun"})
    create_organisation(cast.site_admin.actor, {"name": "Raddning Ost"})  # ä is no a.


@pytest.mark.parametrize("name", ["ＯrgA", "Оrg\u202eA", "Org\u200bA", "orga"])
def test_a_document_that_names_one_so_is_kept_with_a_mark(cast: Cast, name: str) -> None:
    mine = create_organisation(cast.site_admin.actor, {"name": "OrgA"})
    uuid = str(uuid4())
    event = {"info": "x", "uuid": str(uuid4()), "Orgc": {"uuid": uuid, "name": name}}
    status, body = call(cast.partner_sync.key, "POST", "/events/add", {"Event": event})
    assert status == 200, body
    found = Organisation.objects.get(uuid=uuid)
    assert found.name_resembles_another
    assert skeleton(found.name) != mine.name_skeleton
    assert not set(found.name) & set("\u202e\u200b")
    page = signed_in(cast.site_admin).get(
        reverse("organisation", args=[found.pk]), headers={"accept-language": "en"}
    )
    assert "The name resembles another" in page.content.decode()


def test_many_of_one_document_get_names_of_their_own(cast: Cast) -> None:
    uuids = [str(uuid4()) for _ in range(4)]
    names = ["Acme", "Аcme", "ACME", "\u200b"]
    found = capture_organisations(
        {"uuid": uuid, "name": name} for uuid, name in zip(uuids, names, strict=True)
    )
    kept = list(Organisation.objects.filter(pk__in=found.values()))
    assert len({each.name_skeleton for each in kept}) == 4
    assert Organisation.objects.get(uuid=uuids[3]).name == uuids[3]


def test_an_organisation_without_membership_is_marked(cast: Cast) -> None:
    Organisation.objects.filter(pk=cast.org_c.pk).update(fixed_standing="no_membership")
    page = signed_in(cast.site_admin).get(reverse("organisations"), headers={"accept-language": "en"})
    assert page.content.decode().count("Not a member") == 1
