"""Own feeds as a way around: for accounts that are bound to a connection, and for what somebody may read no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast
from tests.exchange.test_feed_export import out
from tests.exchange.test_own_feeds import announced, made, published, read, worked
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
def test_an_account_that_rules_limit_reads_none(cast: Cast, rules: dict[str, Any]) -> None:
    event = out(cast)
    made(cast)
    server = Server.objects.create(
        name="partner", url="https://partner.example", encrypted_key=KEYS.encrypt("k" * 40),
        org=cast.hub, remote_org=cast.org_b, push_rules=no_push_rules(), priority=1,
    )  # fmt: skip
    User.objects.filter(pk=cast.partner_sync.user.pk).update(server_id=server.pk)
    assert announced(read(cast.partner_sync)) == {str(event.uuid)}
    Server.objects.update(push_rules=no_push_rules() | rules)
    for file in ("manifest.json", "hashes.csv", f"{event.uuid}.json"):
        assert read(cast.partner_sync, f"public/{file}").status == 401
    assert announced(read(cast.partner)) == {str(event.uuid)}


def test_what_was_for_members_does_not_lie_open_until_it_is_written_anew(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    members_only, for_all = out(cast, distribution=1), out(cast)
    feed = made(cast, distributions=[1, 3])
    with django_capture_on_commit_callbacks(execute=True):
        services.save_own_feed(cast.site_admin.actor, {"distributions": [3], "open": True}, "public")
    assert read(None, f"public/{members_only.uuid}.json").status == 404
    assert read(None).status == 404
    order(feed.pk, whole=True)
    worked()
    assert announced(read(None)) == {str(for_all.uuid)}
    with django_capture_on_commit_callbacks(execute=True):
        services.save_own_feed(cast.site_admin.actor, {"distributions": [3], "members": False}, "public")
    assert announced(read(None)) == {str(for_all.uuid)}  # It holds the same as before.


def test_an_organisation_that_may_read_no_more_has_no_feed(cast: Cast) -> None:
    feed = made(cast)
    uuid = published(cast)
    worked()
    assert announced(read(cast.stranger)) == {uuid}
    Organisation.objects.filter(pk=cast.org_a.pk).update(read_period=NEVER)
    order(feed.pk)
    worked()
    assert announced(read(cast.stranger)) == set()
    assert read(cast.stranger, f"public/{uuid}.json").status == 404


def test_what_a_group_shares_goes_when_the_feeds_organisation_leaves_it(cast: Cast) -> None:
    out(cast, distribution=4, sharing_group=cast.group)
    feed = made(cast, organisation_id=cast.org_b.pk, sharing_groups=[cast.group.pk], members=False)
    token = services.make_token(cast.site_admin.actor, "public")
    assert len(announced(read(None, key=token))) == 1
    SharingGroupOrg.objects.filter(sharing_group=cast.group, org=cast.org_b).delete()
    assert SharingGroup.objects.filter(pk=cast.group.pk, org=cast.org_b).count() == 0
    with pytest.raises(NotFound):
        services.refresh(feed)
    assert not folder_of("public").exists()
    assert read(None, key=token).status == 404
