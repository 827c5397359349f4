"""Duties at the hub: who assigns them, which exclude each other, and what their holders cannot read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.api.calls import call
from tests.factories import make_event, make_key, make_role, make_user
from tests.factories.knowledge import make_cluster, make_galaxy
from tests.factories.seed import ORG_ADMIN, Seed
from tests.web.accounts import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.feeds.queries import find_opened_feed
from vardkase.exchange.own_feeds.services import make_token, save_own_feed
from vardkase.exchange.servers.services import add_server, edit_server, set_organisation_rule
from vardkase.exchange.streams.services import add_stream
from vardkase.exchange.sync.previews import preview_index
from vardkase.exchange.taxii.collections import add_collection
from vardkase.exchange.taxii.servers import add_taxii_server, find_readable_server
from vardkase.hub.instance.settings import change_setting
from vardkase.identity.access.actor import actor_for, console_actor
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.accounts import services
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.identity.accounts.services.staff import appoint
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import MembershipInUse, Organisation
from vardkase.identity.organisations.services import (
    add_organisation_to_group,
    edit_organisation,
    edit_sharing_group,
    merge_organisations,
)
from vardkase.identity.sign_in_policy.models import IdentityProvider
from vardkase.identity.sign_in_policy.services import Registration, remove_provider, save_provider
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.queries import entries
from vardkase.knowledge.cached_sources.hashing import md5_of
from vardkase.knowledge.cached_sources.kinds import FEED
from vardkase.knowledge.cached_sources.models import CachedSource, CachedValue
from vardkase.knowledge.taxonomies.models import Tag

BLIND = [StaffRole.OPERATOR, StaffRole.AUDITOR]


def colleague_of_the_hub(seed: Seed) -> User:
    return make_user(seed.hub, make_role("User", []), "anna@hub.example")


def test_site_administrator_appoints_officer(seed: Seed) -> None:
    anna = colleague_of_the_hub(seed)
    appoint(seed.site_admin.actor, anna, ["legal_officer", "membership_officer"])
    actor = actor_for(User.objects.get(pk=anna.pk), Credential.BROWSER)
    actor.require_staff(StaffRole.MEMBERSHIP_OFFICER)
    with pytest.raises(Forbidden):
        actor.require_staff(StaffRole.OPERATOR)
    entry = AuditEntry.objects.get(action="user.appointed")
    assert entry.change == {
        "staff_roles": [[], ["legal_officer", "membership_officer"]],
        "proposed_by": seed.site_admin.user.email,
    }


def test_others_cannot_appoint_nor_oneself(seed: Seed) -> None:
    anna = colleague_of_the_hub(seed)
    for who in (seed.org_admin, seed.analyst):
        with pytest.raises(Forbidden):
            appoint(who.actor, anna, ["analyst"])
    with pytest.raises(Forbidden):
        appoint(seed.site_admin.actor, seed.site_admin.user, ["membership_officer"])
    assert not User.objects.exclude(staff_roles=[]).exists()


def test_site_administrator_has_no_officers_duty(seed: Seed) -> None:
    with pytest.raises(Forbidden):
        seed.site_admin.actor.require_staff(*StaffRole)


@pytest.mark.parametrize(
    "duties",
    [["operator", "membership_officer"], ["auditor", "legal_officer"], ["operator", "auditor"], ["king"]],
)
def test_conflicting_and_unknown_duties_are_refused(seed: Seed, duties: list[str]) -> None:
    anna = colleague_of_the_hub(seed)
    with pytest.raises(Invalid):
        appoint(seed.site_admin.actor, anna, duties)


def test_officer_belongs_to_hub_owner(seed: Seed) -> None:
    with pytest.raises(Invalid, match="organisation som driver hubben"):
        appoint(seed.site_admin.actor, seed.analyst.user, ["legal_officer"])
    appoint(seed.site_admin.actor, seed.analyst.user, ["operator"])
    anna = colleague_of_the_hub(seed)
    appoint(seed.site_admin.actor, anna, ["legal_officer"])
    with pytest.raises(Invalid, match="organisation som driver hubben"):
        services.edit_user(seed.site_admin.actor, anna, {"org_id": seed.org_a.pk})
    assert User.objects.get(pk=anna.pk).org_id == seed.hub.pk


@pytest.mark.parametrize("duty", BLIND)
def test_operator_and_auditor_read_no_content(seed: Seed, duty: StaffRole) -> None:
    """Even as a site administrator, and even of their own organisation; by key and in the browser."""
    user = make_user(
        seed.org_a, make_role("Blind", [*Permission]), "blind@a.example", staff_roles=[duty.value]
    )
    key = make_key(user)
    event = make_event(seed.org_a, distribution=3, published=True, info="SECRET")
    event.save()
    for reference in (event.pk, event.uuid):
        assert call(key, "GET", f"/events/view/{reference}")[0] == 404
    assert call(key, "POST", "/events/restSearch", {"returnFormat": "json"}) == (200, {"response": []})
    assert call(key, "GET", "/events/index") == (200, [])


def blind_administrator(seed: Seed, duty: StaffRole = StaffRole.OPERATOR) -> User:
    """An operator or auditor with a site administrator's role."""
    return make_user(
        seed.hub, make_role("Blind", [*Permission]), "drift@hub.example", staff_roles=[duty.value]
    )


@pytest.mark.parametrize("duty", BLIND)
def test_operator_and_auditor_cannot_create_reading_account_or_key(seed: Seed, duty: StaffRole) -> None:
    """Not by another's key, password, second factor, role, duty or account, nor in their own organisation."""
    actor = actor_for(blind_administrator(seed, duty), Credential.BROWSER)
    other = seed.analyst.user
    administrator = Role.objects.filter(perm_site_admin=True).order_by("pk")[0]
    ways: list[Callable[[], object]] = [
        lambda: services.issue_key(actor, other),
        lambda: services.reset_keys(actor, other),
        lambda: services.reset_password(actor, other),
        lambda: services.reset_second_factor(actor, other),
        lambda: services.edit_user(actor, other, {"password": "Another-long-1-password"}),
        lambda: services.edit_user(actor, other, {"email": "drift2@hub.example"}),
        lambda: services.create_user(actor, {"email": "drift3@hub.example", "role_id": administrator.pk}),
        lambda: services.edit_role(actor, other.role, {"perm_site_admin": True}),
        lambda: appoint(actor, other, ["operator"]),
        lambda: appoint(actor, User.objects.get(pk=actor.user_id), []),
    ]
    before = (User.objects.count(), AuthKey.objects.count(), AuditEntry.objects.count())
    for way in ways:
        with pytest.raises(Forbidden):
            way()
    assert (User.objects.count(), AuthKey.objects.count(), AuditEntry.objects.count()) == before


def test_operator_cannot_direct_content_elsewhere(seed: Seed) -> None:
    actor = actor_for(blind_administrator(seed), Credential.BROWSER)
    ways: list[Callable[[], object]] = [
        lambda: add_stream(actor, {"name": "mine", "kind": "webhook", "url": "https://drift.example"}),
        lambda: save_own_feed(actor, {"name": "mine", "members": True}),
        lambda: make_token(actor, "mine"),
        lambda: add_collection(actor, {"name": "mine", "open_to_read": True}),
        lambda: add_taxii_server(actor, {"name": "mine"}),
        lambda: change_setting(actor, "Plugin.ZeroMQ_enable", "true"),
        lambda: preview_index(actor, 1, {}),
        lambda: find_readable_server(actor, 1),
        lambda: edit_sharing_group(actor, seed.group, {"roaming": True}),
        lambda: add_organisation_to_group(actor, seed.group, seed.hub),
        lambda: merge_organisations(actor, seed.org_a.pk, seed.org_b.pk),
        lambda: entries(actor, Blocked.EVENT, {}),
        lambda: entries(actor, Blocked.GALAXY_CLUSTER, {}),
        lambda: entries(actor, Blocked.ANALYST_DATA, {}),
        lambda: find_opened_feed(actor, 1),
        lambda: change_setting(actor, "MISP.host_org_id", seed.org_a.pk),
        lambda: change_setting(actor, "GnuPG.onlyencrypted", "false"),
        lambda: change_setting(actor, "MISP.event_alert_metadata_only", "false"),
        lambda: edit_organisation(actor, seed.org_a, {"uuid": str(uuid4())}),
        lambda: edit_organisation(actor, seed.org_c, {"local": False}),
    ]
    for way in ways:
        with pytest.raises(Forbidden):
            way()


@pytest.mark.parametrize(
    "changed",
    [
        {"push_rules": {"orgs": {"OR": [], "NOT": []}}},
        {"push_sightings": True},
        {"internal": True},
        {"self_signed": True},
        {"url": "https://drift.example"},
        {"push": False, "push_analyst_data": True},
    ],
)
def test_operator_cannot_change_what_connection_sends(seed: Seed, changed: dict[str, Any]) -> None:
    """Not even in two steps; what it pulls, and whether it does, is theirs to configure."""
    actor = actor_for(blind_administrator(seed), Credential.BROWSER)
    given = {"name": "B", "url": "https://b.example", "authkey": "x" * 40, "remote_org_id": seed.org_b.pk}
    with pytest.raises(Invalid):
        add_server(actor, given | {"push_collections": True})
    rules = {"tags": {"OR": ["tlp:white"], "NOT": []}, "orgs": {"OR": [str(seed.org_a.uuid)], "NOT": []}}
    server = add_server(seed.site_admin.actor, given | {"push": True, "push_rules": rules})
    with pytest.raises(Invalid):
        edit_server(actor, server.pk, {"authkey": "y" * 40, **changed})
    with pytest.raises(Invalid):
        set_organisation_rule(actor, server.pk, "push", "OR", [], overwrite=True)
    edited = edit_server(actor, server.pk, {"pull": True, "name": "B anew"})
    assert (edited.push_rules, edited.url, edited.name) == (server.push_rules, "https://b.example", "B anew")


@pytest.mark.parametrize("who", ["site administrator", "organisation administrator", "officer"])
def test_sign_in_provider_is_registered_only_by_organisations_own_administrator(seed: Seed, who: str) -> None:
    """Whoever controls the provider can sign in as any user and read what they read. A requirement can be
    withdrawn.
    """
    blind = blind_administrator(seed)
    if who == "organisation administrator":
        blind = make_user(
            seed.org_a, make_role("Org Admin", ORG_ADMIN), "drift@a.example", staff_roles=["operator"]
        )
    if who == "officer":
        blind = make_user(
            seed.hub, make_role("User", []), "per@hub.example", staff_roles=["membership_officer"]
        )
    actor = actor_for(blind, Credential.BROWSER)
    asked = Registration("https://id.a.example", "hub", "s" * 20, "Login")
    with pytest.raises(Forbidden):
        save_provider(actor, seed.org_a, asked)
    save_provider(seed.org_admin.actor, seed.org_a, asked)
    IdentityProvider.objects.update(proved=timezone.now(), required=True)
    same = replace(asked, client_secret="", required=True)
    for other in (
        asked,
        same,
        replace(same, required=False, issuer="https://id.drift.example", client_secret="x" * 20),
        replace(same, required=False, client_id="other"),
        replace(same, required=False, trusts_second_factor=True),
    ):
        with pytest.raises((Forbidden, Invalid)):
            save_provider(actor, seed.org_a, other)
    kept = IdentityProvider.objects.get()
    assert (kept.issuer, kept.client_secret, kept.required) == (asked.issuer, asked.client_secret, True)
    assert not save_provider(actor, seed.org_a, replace(same, required=False)).required
    remove_provider(actor, seed.org_a)
    assert not IdentityProvider.objects.exists()


@pytest.mark.parametrize("who", ["key", "session", "site administrator", "console"])
def test_registering_provider_takes_second_factor_once_membership_is_in_use(seed: Seed, who: str) -> None:
    MembershipInUse.objects.create(pk=1)
    Organisation.objects.update(fixed_standing="")
    asked = Registration("https://id.a.example", "hub", "s" * 20, "Login", trusts_second_factor=True)
    confirmed: dict[str, Any] = {"confirmed_at": timezone.now()}
    actors = {
        "key": seed.org_admin.actor,
        "session": actor_for(seed.org_admin.user, Credential.BROWSER),
        "site administrator": actor_for(seed.site_admin.user, Credential.BROWSER, **confirmed),
        "console": console_actor(seed.hub.pk, seed.hub.name, "root"),
    }
    with pytest.raises(Forbidden):
        save_provider(actors[who], seed.org_a, asked)
    assert not IdentityProvider.objects.exists()
    own = actor_for(seed.org_admin.user, Credential.BROWSER, **confirmed)
    save_provider(own, seed.org_a, asked)
    assert save_provider(actors["session"], seed.org_a, replace(asked, client_secret="")).pk  # As before.
    with pytest.raises(Forbidden):
        save_provider(actors[who], seed.org_a, replace(asked, client_id="other"))


def test_hidden_clusters_tag_is_not_listed_for_operator(seed: Seed) -> None:
    make_cluster(make_galaxy("ours"), "Secret", default=False, org_id=seed.org_a.pk, distribution=0)
    Tag.objects.create(name='misp-galaxy:ours="Secret"', is_galaxy=True)
    assert "Secret" in str(call(seed.site_admin.key, "GET", "/tags/index")[1])
    assert "Secret" not in str(call(make_key(blind_administrator(seed)), "GET", "/tags/index")[1])


@pytest.mark.usefixtures("password_is_enough")
@pytest.mark.parametrize("duty", BLIND)
def test_operator_cannot_preview_feed(seed: Seed, duty: StaffRole) -> None:
    """Nor look up in the caches who else has a value; the feed itself is theirs to run."""
    feed = Feed.objects.create(name="Feed", provider="P", url="http://127.0.0.1:9/", lookup_visible=True)
    source = CachedSource.objects.create(kind=FEED, number=feed.pk, cached=1)
    CachedValue.objects.create(source=source, md5=UUID(md5_of("secret.example")))
    blind = blind_administrator(seed, duty)
    key, pages = make_key(blind), signed_in(blind)
    for path in (f"previewIndex/{feed.pk}", f"previewEvent/{feed.pk}/{uuid4()}"):
        assert call(key, "GET", f"/feeds/{path}")[0] == 403
        assert call(seed.site_admin.key, "GET", f"/feeds/{path}")[0] == 404, "nothing listens there"
    assert pages.get(reverse("feed_preview", args=[feed.pk])).status_code == 403
    asked = {"value": "secret.example"}
    assert len(call(seed.site_admin.key, "POST", "/feeds/searchCaches", asked)[1]) == 1
    assert call(key, "POST", "/feeds/searchCaches", asked) == (200, [])
    assert call(key, "GET", f"/feeds/view/{feed.pk}")[0] == 200


def test_audit_log_shows_auditor_actions_but_no_content(seed: Seed) -> None:
    auditor = make_key(blind_administrator(seed, StaffRole.AUDITOR))
    body = {"Event": {"info": "SECRET plan", "Attribute": [{"type": "domain", "value": "secret.example"}]}}
    event = call(seed.analyst.key, "POST", "/events/add", body)[1]["Event"]
    part = event["Attribute"][0]["id"]
    call(seed.analyst.key, "POST", f"/attributes/edit/{part}", {"value": "secret2.example"})
    for path in ("/admin/logs/index", "/admin/auditLogs/index", "/logs/index"):
        status, answered = call(auditor, "POST", path, {})
        assert status == 200
        assert "SECRET plan" in str(call(seed.site_admin.key, "POST", path, {})[1])
        assert "#" + event["id"] in str(answered)
        assert "secret" not in str(answered).lower()
    for kind in ("event", "galaxy_cluster", "analyst_data"):
        record(seed.site_admin.actor, "blocklist.edited", Target(f"{kind} blocklist", 1, None, "SECRET"), {})
    assert "SECRET" not in str(call(auditor, "POST", "/admin/logs/index", {})[1])
    for asked in ({"title": "SECRET"}, {"title": "secret2"}, {"change": "secret"}):
        assert call(auditor, "POST", "/admin/logs/index", asked)[1] == []  # Searching is reading, too.
