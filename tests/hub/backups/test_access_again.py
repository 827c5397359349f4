"""Whom somebody shut out after a backup is not let in again by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from pyrage.x25519 import Identity

from tests.api.calls import call
from tests.factories.content_access import operator_of
from tests.factories.memberships import at_the_screen, make_desk, member
from tests.factories.seed import Seed
from tests.hub.membership import with_approval
from vardkase.audit.models import AuditEntry
from vardkase.core.backup.catalogue import access_lists
from vardkase.core.backup.log import Reached, store_log
from vardkase.core.backup.restoring import Restore
from vardkase.core.backup.signing import public_text
from vardkase.core.backup.storage import FolderStorage
from vardkase.core.backup.taking import Hub
from vardkase.core.backup.tools import Source
from vardkase.hub.backups.access import forget_access, send_access, withdraw_again
from vardkase.hub.membership.members.models import MembershipState
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.identity.accounts.services.keys import delete_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


def test_who_was_shut_out_stays_out(seed: Seed, tmp_path: Path) -> None:
    owner, desk = Identity.generate(), make_desk(seed)
    membership = member(desk, seed.org_b)
    operator = operator_of(seed)
    hub = Hub(
        uuid="a hub", data_dir=tmp_path, files_dir=tmp_path / "files", source=Source({}, tmp_path),
        storage=FolderStorage(tmp_path / "store"), storage_address="store", recipients=[owner.to_public()],
    )  # fmt: skip
    User.objects.filter(pk=seed.org_admin.user.pk).update(password="former")
    assert send_access(hub)
    assert not send_access(hub), "nothing has changed"
    before = timezone.now()
    backup = transaction.savepoint_create()
    leaked = AuthKey.objects.get(user=seed.analyst.user)
    delete_key(seed.site_admin.actor, leaked)
    AuthKey.objects.filter(user=seed.colleague.user).update(read_only=True)
    User.objects.filter(pk=seed.reader.user.pk).update(disabled=True)
    User.objects.filter(pk=operator.user.pk).update(staff_roles=[])
    User.objects.filter(pk=seed.org_admin.user.pk).update(last_pw_change=timezone.now(), password="new")
    Role.objects.filter(pk=seed.publisher.user.role_id).update(perm_publish=False, perm_sync=True)
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, "suspended", "It is looked into.")
    demoted_or_moved(seed)
    assert send_access(hub)
    transaction.savepoint_rollback(backup)
    assert call(seed.analyst.key, "GET", "/users/view/me")[0] == 200

    restore = Restore(storage=hub.storage, identities=[owner], public_key=public_text(hub.key))
    assert withdraw_again(restore, timezone.now()).counts == {}, "nothing was withdrawn after that"
    done = withdraw_again(restore, before)
    assert done.counts == {"keys": 2, "accounts": 6, "roles": 1, "memberships": 1}
    (left,) = done.left
    nobody_gets_more(seed, left)
    assert call(seed.analyst.key, "GET", "/users/view/me")[0] == 403
    assert AuthKey.objects.get(user=seed.colleague.user).read_only
    assert User.objects.get(pk=seed.reader.user.pk).disabled
    assert User.objects.get(pk=operator.user.pk).staff_roles == []
    assert not User.objects.get(pk=seed.org_admin.user.pk).has_usable_password()
    role = Role.objects.get(pk=seed.publisher.user.role_id)
    assert (role.perm_publish, role.perm_sync) == (False, False), "nothing is given again"
    membership.refresh_from_db()
    assert membership.state == MembershipState.SUSPENDED
    assert AuditEntry.objects.filter(action="backup.withdrawal_repeated").count() == 9
    assert withdraw_again(restore, before).counts == {}, "once"
    lists_that_are_missing_are_noticed(hub, restore)


def demoted_or_moved(seed: Seed) -> None:
    """To a role made since, to another organisation, and to a mailbox in place of one that was taken over."""
    role = Role.objects.create(name="Made since", perm_add=True, perm_sync=True)
    User.objects.filter(pk=seed.site_admin.user.pk).update(role=role)
    User.objects.filter(pk=seed.publisher.user.pk).update(org=seed.org_b)
    User.objects.filter(pk=seed.stranger.user.pk).update(email="safe@b.example")


def nobody_gets_more(seed: Seed, left: str) -> None:
    demoted = User.objects.select_related("role").get(pk=seed.site_admin.user.pk)
    assert not demoted.role.perm_site_admin
    assert not demoted.role.perm_admin
    moved = [seed.publisher.user.pk, seed.stranger.user.pk]
    assert set(User.objects.filter(pk__in=moved).values_list("disabled", flat=True)) == {True}
    assert left.endswith(f": {', '.join(map(str, sorted([demoted.pk, *moved])))}.")


def lists_that_are_missing_are_noticed(hub: Hub, restore: Restore) -> None:
    since = access_lists(hub.storage)[0].at
    known = hub.state.access("store")
    assert known
    reached = Reached(hub=hub.uuid, until=timezone.now(), position="0/1", deletions=0, access=known.at)
    hub.state.spool.mkdir()
    store_log(hub.storage, hub.state, ["20261130T000000.000000Z"], hub.recipients, hub.key, reached, [])
    assert withdraw_again(restore, since).left == []
    forget_access(hub)
    (hub_list,) = [name for name in sorted(hub.storage.names("access/")) if name.endswith(".json")][-1:]
    hub.storage.remove(hub_list)
    assert len(withdraw_again(restore, since).left) == 1
