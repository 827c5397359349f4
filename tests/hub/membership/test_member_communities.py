"""Communities: sharing groups that follow a rule about their members."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.seed import Seed
from tests.factories.taxii import published_event
from tests.hub.membership import with_approval
from tests.web.signed_in import signed_in
from vardkase.core.errors import Forbidden, Invalid
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.sync.candidates import reader_of
from vardkase.formats.misp_json import EventOptions, separate_events
from vardkase.hub.membership.communities import services
from vardkase.hub.membership.communities.models import Community
from vardkase.identity.organisations.models import SharingGroup


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def names(community: Community) -> set[str]:
    return set(community.group.members.values_list("org__name", flat=True))


def test_community_follows_membership_changes(seed: Seed, desk: Desk) -> None:
    officer = at_the_screen(desk.officer)
    member(desk, seed.org_b, county="14")
    made = services.save_community(
        officer, {"name": "Kommuner i väst", "sectors": ["municipality"], "counties": ["14"]}
    )
    assert names(made) == {"Hub", seed.org_b.name}
    event = published_event(seed.org_a, "evil.example", distribution=4, sharing_group=made.group)
    assert call(seed.partner.key, "GET", f"/events/view/{event.pk}")[0] == 200
    assert call(seed.stranger.key, "GET", f"/events/view/{event.pk}")[0] == 404
    member(desk, seed.org_c, county="14")
    assert seed.org_c.name in names(made)
    assert call(seed.stranger.key, "GET", f"/events/view/{event.pk}")[0] == 200
    with_approval.suspend(officer, seed.org_c.pk, "suspended", "It is looked into.")
    assert seed.org_c.name not in names(made)
    with_approval.restore(officer, seed.org_c.pk, "It was nothing.")
    assert seed.org_c.name in names(made)
    with_approval.terminate(officer, seed.org_b.pk, "It left.", "They stay.")
    assert names(made) == {"Hub", seed.org_c.name}


def test_rules_narrow_and_named_organisations_add(seed: Seed, desk: Desk) -> None:
    officer = at_the_screen(desk.officer)
    member(desk, seed.org_b, county="14", nis2="essential")
    member(desk, seed.org_c, county="01", nis2="important", sector="region")
    drawn: dict[str, Any] = {
        "all": {"nis2": ["essential", "important"]},
        "narrow": {"nis2": ["essential", "important"], "counties": ["01"]},
        "by name": {"sectors": ["state_authority"], "chosen": [seed.org_b.pk]},
        "nobody": {},
    }
    found = {
        name: names(services.save_community(officer, {"name": name, **rules}))
        for name, rules in drawn.items()
    }
    b, c = seed.org_b.name, seed.org_c.name
    assert found == {"all": {"Hub", b, c}, "narrow": {"Hub", c}, "by name": {"Hub", b}, "nobody": {"Hub"}}


def test_only_officers_make_communities(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    web = signed_in(desk.officer)
    form = {"name": "Kommuner", "sectors": ["municipality"]}
    assert web.post("/members/communities/new/", form).status_code == 302
    made = Community.objects.get()
    assert "Kommuner" in web.get("/members/communities/").content.decode()
    assert seed.org_b.name in web.get(f"/members/communities/{made.pk}/").content.decode()
    assert web.post(f"/members/communities/{made.pk}/", form | {"sectors": ["region"]}).status_code == 302
    assert names(made) == {"Hub"}
    for who in (desk.operator, desk.admin, seed.site_admin):
        assert signed_in(who).post("/members/communities/new/", form).status_code == 403
        with pytest.raises(Forbidden):
            services.save_community(at_the_screen(who), form)
    for wrong in ({"name": ""}, {"name": "x", "counties": ["99"]}):
        with pytest.raises(Invalid):
            services.save_community(at_the_screen(desk.officer), wrong)
    assert SharingGroup.objects.filter(community__isnull=False).count() == 1


@pytest.mark.parametrize("hides", [True, False])
def test_hidden_members_do_not_see_each_other(seed: Seed, desk: Desk, hides: bool) -> None:
    """On the pages, over the API and in synchronisation, only the hub owner sees all members."""
    for org in (seed.org_b, seed.org_c):
        member(desk, org)
    rules = {"name": "Quiet", "sectors": ["municipality"], "hides_members": hides}
    group = services.save_community(at_the_screen(desk.officer), rules).group
    SharingGroup.objects.filter(pk=group.pk).update(roaming=True)
    event = published_event(seed.hub, "evil.example", distribution=4, sharing_group=group)
    server = Server.objects.create(
        name="B", url="https://b.example", encrypted_key=KEYS.encrypt("k" * 40), org=seed.hub,
        remote_org=seed.org_b, priority=1,
    )  # fmt: skip
    web = signed_in(desk.admin)
    blueprint = {"name": "Around", "rules": {"OR": {"sharing_group_id": [group.pk]}}}
    made = call(desk.admin.key, "POST", "/sharing_group_blueprints/add", blueprint)[1][
        "SharingGroupBlueprint"
    ]["id"]
    draft = published_event(seed.org_b, "own.example", distribution=4, sharing_group=group)
    html = {
        "group": call(desk.admin.key, "GET", f"/sharing_groups/view/{group.pk}"),
        "groups": call(desk.admin.key, "GET", "/sharing_groups/index"),
        "event": call(seed.partner.key, "GET", f"/events/view/{event.pk}"),
        "search": call(seed.partner_sync.key, "POST", "/events/restSearch", {"eventid": event.pk}),
        "push": list(separate_events(reader_of(server), [event.pk], EventOptions())),
        "page": web.get(f"/event/{event.pk}/").content.decode(),
        "page of the group": web.get(f"/administration/sharing-groups/{group.pk}/").content.decode(),
        "before publishing": web.get(f"/event/{draft.pk}/publish/").content.decode(),
        "blueprint": call(desk.admin.key, "GET", f"/sharing_group_blueprints/viewOrgs/{made}"),
    }
    seen = {way for way, answer in html.items() if seed.org_c.name in str(answer)}
    assert seen == (set() if hides else set(html)), seen
    everybody = call(seed.site_admin.key, "GET", f"/sharing_groups/view/{group.pk}")
    assert seed.org_c.name in str(everybody)


def test_preview_shows_members_before_saving(seed: Seed, desk: Desk) -> None:
    officer = at_the_screen(desk.officer)
    member(desk, seed.org_b, county="14")
    member(desk, seed.org_c, county="01", sector="region")
    made = services.save_community(officer, {"name": "Kommuner", "sectors": ["municipality"]})
    web, page = signed_in(desk.officer), f"/members/communities/{made.pk}/"
    collected = {"name": "Kommuner", "sectors": ["region"], "counties": ["01"]}
    preview = web.post(f"{page}preview/", collected).context["preview"]
    assert [(each.name, is_new) for each, is_new in preview["rows"]] == [(seed.org_c.name, True)]
    assert preview["leaving"] == [seed.org_b]
    assert names(made) == {"Hub", seed.org_b.name}, "nothing is saved"
    found = web.get("/members/communities/find/", {"field": "chosen", "q_chosen": seed.org_b.name[-3:]})
    assert str(seed.org_b.pk) in {each.value for each in found.context["found"]}
    assert web.post(page, collected | {"chosen": [str(seed.org_b.pk)]}).status_code == 302
    assert names(made) == {"Hub", seed.org_b.name, seed.org_c.name}
