"""Own feeds do not bypass limits: accounts bound to a connection, and organisations that lost access."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.exchange.test_feed_export import exported
from tests.exchange.test_own_feeds import (
    make_own_feed,
    manifest_uuids,
    publish_event,
    read_file,
    run_feed_jobs,
)
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
def own_data_folder(tmp_path: Path, settings: Any) -> None:
    """The feeds of these tests are in their own folder."""
    settings.DATA_DIR = tmp_path


@pytest.mark.parametrize("rules", [{"tags": {"OR": ["7"], "NOT": []}}, {"orgs": {"OR": [], "NOT": ["1"]}}])
def test_connection_account_with_push_rules_reads_no_feed(seed: Seed, rules: dict[str, Any]) -> None:
    event = exported(seed)
    make_own_feed(seed)
    server = Server.objects.create(
        name="partner", url="https://partner.example", encrypted_key=KEYS.encrypt("k" * 40),
        org=seed.hub, remote_org=seed.org_b, push_rules=no_push_rules(), priority=1,
    )  # fmt: skip
    User.objects.filter(pk=seed.partner_sync.user.pk).update(server_id=server.pk)
    assert manifest_uuids(read_file(seed.partner_sync)) == {str(event.uuid)}
    Server.objects.update(push_rules=no_push_rules() | rules)
    for file in ("manifest.json", "hashes.csv", f"{event.uuid}.json"):
        assert read_file(seed.partner_sync, f"public/{file}").status == 401
    assert manifest_uuids(read_file(seed.partner)) == {str(event.uuid)}


def test_opened_feed_serves_nothing_until_rewritten(
    seed: Seed, django_capture_on_commit_callbacks: Any
) -> None:
    members_only, for_all = exported(seed, distribution=1), exported(seed)
    feed = make_own_feed(seed, distributions=[1, 3])
    with django_capture_on_commit_callbacks(execute=True):
        services.save_own_feed(seed.site_admin.actor, {"distributions": [3], "open": True}, "public")
    assert read_file(None, f"public/{members_only.uuid}.json").status == 404
    assert read_file(None).status == 404
    order(feed.pk, whole=True)
    run_feed_jobs()
    assert manifest_uuids(read_file(None)) == {str(for_all.uuid)}
    with django_capture_on_commit_callbacks(execute=True):
        services.save_own_feed(seed.site_admin.actor, {"distributions": [3], "members": False}, "public")
    assert manifest_uuids(read_file(None)) == {str(for_all.uuid)}  # Its contents have not changed.


def test_feed_of_a_suspended_organisation_is_emptied(seed: Seed) -> None:
    feed = make_own_feed(seed)
    uuid = publish_event(seed)
    run_feed_jobs()
    assert manifest_uuids(read_file(seed.stranger)) == {uuid}
    Organisation.objects.filter(pk=seed.org_a.pk).update(read_period=NEVER)
    order(feed.pk)
    run_feed_jobs()
    assert manifest_uuids(read_file(seed.stranger)) == set()
    assert read_file(seed.stranger, f"public/{uuid}.json").status == 404


def test_feed_is_removed_when_its_organisation_leaves_the_group(seed: Seed) -> None:
    exported(seed, distribution=4, sharing_group=seed.group)
    feed = make_own_feed(seed, organisation_id=seed.org_b.pk, sharing_groups=[seed.group.pk], members=False)
    token = services.make_token(seed.site_admin.actor, "public")
    assert len(manifest_uuids(read_file(None, key=token))) == 1
    SharingGroupOrg.objects.filter(sharing_group=seed.group, org=seed.org_b).delete()
    assert SharingGroup.objects.filter(pk=seed.group.pk, org=seed.org_b).count() == 0
    with pytest.raises(NotFound):
        services.refresh(feed)
    assert not folder_of("public").exists()
    assert read_file(None, key=token).status == 404
