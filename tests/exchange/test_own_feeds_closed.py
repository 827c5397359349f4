"""Own feeds as a way around: for accounts that are bound to a connection, and for what somebody may read no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.exchange.test_feed_export import out
from tests.exchange.test_own_feeds import announced, made, published, read, worked
from tests.factories.seed import Seed
from vardkase.core.errors import NotFound
from vardkase.exchange.own_feeds import services
from vardkase.exchange.own_feeds.folders import folder_of
from vardkase.exchange.own_feeds.tasks import order
from vardkase.exchange.servers.models import KEYS, Server, no_push_rules
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation, SharingGroup, SharingGroupOrg
from vardkase.identity.organisations.standing import NEVER


@pytest.fixture(autouse=True)
def of_its_own(tmp_path: Path, settings: Any) -> None:
    """The feeds of these tests lie in a folder of their own."""
    settings.DATA_DIR = tmp_path


@pytest.mark.parametrize("rules", [{"tags": {"OR": ["7"], "NOT": []}}, {"orgs": {"OR": [], "NOT": ["1"]}}])
def test_an_account_that_rules_limit_reads_none(seed: Seed, rules: dict[str, Any]) -> None:
    event = out(seed)
    made(seed)
    server = Server.objects.create(
        name="partner", url="https://partner.example", encrypted_key=KEYS.encrypt("k" * 40),
        org=seed.hub, remote_org=seed.org_b, push_rules=no_push_rules(), priority=1,
    )  # fmt: skip
    User.objects.filter(pk=seed.partner_sync.user.pk).update(server_id=server.pk)
    assert announced(read(seed.partner_sync)) == {str(event.uuid)}
    Server.objects.update(push_rules=no_push_rules() | rules)
    for file in ("manifest.json", "hashes.csv", f"{event.uuid}.json"):
        assert read(seed.partner_sync, f"public/{file}").status == 401
    assert announced(read(seed.partner)) == {str(event.uuid)}


def test_what_was_for_members_does_not_lie_open_until_it_is_written_anew(
    seed: Seed, django_capture_on_commit_callbacks: Any
) -> None:
    members_only, for_all = out(seed, distribution=1), out(seed)
    feed = made(seed, distributions=[1, 3])
    with django_capture_on_commit_callbacks(execute=True):
        services.save_own_feed(seed.site_admin.actor, {"distributions": [3], "open": True}, "public")
    assert read(None, f"public/{members_only.uuid}.json").status == 404
    assert read(None).status == 404
    order(feed.pk, whole=True)
    worked()
    assert announced(read(None)) == {str(for_all.uuid)}
    with django_capture_on_commit_callbacks(execute=True):
        services.save_own_feed(seed.site_admin.actor, {"distributions": [3], "members": False}, "public")
    assert announced(read(None)) == {str(for_all.uuid)}  # It holds the same as before.


def test_an_organisation_that_may_read_no_more_has_no_feed(seed: Seed) -> None:
    feed = made(seed)
    uuid = published(seed)
    worked()
    assert announced(read(seed.stranger)) == {uuid}
    Organisation.objects.filter(pk=seed.org_a.pk).update(read_period=NEVER)
    order(feed.pk)
    worked()
    assert announced(read(seed.stranger)) == set()
    assert read(seed.stranger, f"public/{uuid}.json").status == 404


def test_what_a_group_shares_goes_when_the_feeds_organisation_leaves_it(seed: Seed) -> None:
    out(seed, distribution=4, sharing_group=seed.group)
    feed = made(seed, organisation_id=seed.org_b.pk, sharing_groups=[seed.group.pk], members=False)
    token = services.make_token(seed.site_admin.actor, "public")
    assert len(announced(read(None, key=token))) == 1
    SharingGroupOrg.objects.filter(sharing_group=seed.group, org=seed.org_b).delete()
    assert SharingGroup.objects.filter(pk=seed.group.pk, org=seed.org_b).count() == 0
    with pytest.raises(NotFound):
        services.refresh(feed)
    assert not folder_of("public").exists()
    assert read(None, key=token).status == 404
