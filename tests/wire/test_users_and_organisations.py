"""PyMISP on users, roles, organisations and sharing groups, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from pymisp import MISPOrganisation, MISPRole, MISPSharingGroup, MISPUser, PyMISP

from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from tests.wire.conftest import Connect
from vardkase.identity.accounts.models import Role


@pytest.fixture
def admin(connect: Connect, server_seed: Seed) -> PyMISP:
    Role.objects.filter(name="User").update(default_role=True)
    client = connect(server_seed.site_admin)
    client.global_pythonify = True
    return client


def test_client_reads_its_own_user(admin: PyMISP) -> None:
    assert admin.misp_instance_version["version"] == "2.5.1"
    assert admin._current_user.email == "staff@hub.example"
    assert admin._current_role.perm_site_admin
    assert admin.remote_acl() == []


def test_organisations_are_managed(admin: PyMISP) -> None:
    wanted = MISPOrganisation()
    wanted.name = "Test Org"
    wanted.local = True
    added: Any = admin.add_organisation(wanted)
    assert added.id is not None
    assert admin.get_organisation(added).name == "Test Org"
    added.name = "blah"
    assert admin.update_organisation(added).name == "blah"
    assert "blah" in {organisation.name for organisation in admin.organisations(search="bla")}
    assert admin.organisation_exists(added)
    assert admin.delete_organisation(added)["message"] == "Organisation deleted"
    assert not admin.organisation_exists(added)


def test_users_and_keys_are_managed(admin: PyMISP, server: WebServer, server_seed: Seed) -> None:
    wanted = MISPUser()
    wanted.email = "testusr@user.local"
    wanted.org_id = server_seed.org_a.pk
    added: Any = admin.add_user(wanted)
    own = PyMISP(server.url, added.authkey)
    assert own.get_user(pythonify=True).email == "testusr@user.local"
    key = own.get_new_authkey()
    assert PyMISP(server.url, key).get_user(pythonify=True).id == added.id
    added.email = "foo@bar.de"
    assert admin.update_user(added).email == "foo@bar.de"
    assert own.change_user_password("Password1234Password1234")["message"] == "Password Changed."
    assert [user.email for user in admin.users(search="foo@bar")] == ["foo@bar.de"]
    assert admin.delete_user(added)["message"] == "User deleted."
    assert admin.users_heartbeat()["message"]


def test_roles_are_managed(admin: PyMISP, server_seed: Seed) -> None:
    assert admin.set_default_role(server_seed.publisher.user.role_id)["message"] == "Default role set."
    wanted = MISPRole()
    wanted.name = "testrole"
    added: Any = admin.add_role(wanted)
    assert not added.perm_sighting
    added.perm_sighting = True
    added.max_execution_time = 1234
    changed: Any = admin.update_role(added)
    assert changed.perm_sighting
    assert changed.max_execution_time == "1234"
    assert "testrole" in {role.name for role in admin.roles()}
    assert admin.delete_role(added)["message"] == "Role deleted."


def test_sharing_groups_are_managed(admin: PyMISP, server_seed: Seed) -> None:
    wanted = MISPSharingGroup()
    wanted.name = "Testcases SG"
    wanted.releasability = "Testing"
    group: Any = admin.add_sharing_group(wanted)
    assert (group.name, group.releasability) == ("Testcases SG", "Testing")
    updated: Any = admin.update_sharing_group({"releasability": "Testing updated"}, group)
    assert updated.releasability == "Testing updated"
    added = admin.add_org_to_sharing_group(group, str(server_seed.org_a.uuid), extend=True)
    assert added["name"] == "Organisation added to the sharing group."
    assert admin.get_sharing_group(group).sgorgs[0].org_id == str(server_seed.org_a.pk)
    removed = admin.remove_org_from_sharing_group(group, str(server_seed.org_a.uuid))
    assert removed["name"] == "Organisation removed from the sharing group."
    assert {found.name for found in admin.sharing_groups()} == {"A and B", "Testcases SG"}
    assert admin.sharing_group_exists(group)
    assert admin.delete_sharing_group(group.id)["message"] == "SharingGroup deleted"
    assert not admin.sharing_group_exists(group)
