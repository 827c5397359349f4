"""Organisations, sharing groups, roles, users and keys."""

from __future__ import annotations

import hashlib
import itertools
import secrets
import string
import time
from collections.abc import Iterable, Mapping
from typing import Any

from tests.factories.inserting import draw_keys, insert
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.identity.organisations.models import (
    Organisation,
    SharingGroup,
    SharingGroupOrg,
    SharingGroupServer,
)

_number = itertools.count(1)


def make_organisation(name: str | None = None, **fields: Any) -> Organisation:
    """A local organisation."""
    return Organisation.objects.create(
        name=name or f"Organisation {next(_number)}", **{"local": True, **fields}
    )


def make_organisations(*names: str) -> list[Organisation]:
    """Local organisations with these names."""
    return Organisation.objects.bulk_create(Organisation(name=name, local=True) for name in names)


def make_role(name: str, permissions: Iterable[Permission]) -> Role:
    """The role with this name, added with `permissions` when the installation has none."""
    flags = {permission.value: True for permission in permissions}
    return Role.objects.get_or_create(name=name, defaults=flags)[0]


def make_roles(wanted: Mapping[str, Iterable[Permission]]) -> dict[str, Role]:
    """The roles with these names, added with these permissions when the installation has none."""
    found = {role.name: role for role in Role.objects.filter(name__in=wanted)}
    missing = [name for name in wanted if name not in found]
    if missing:
        keys = draw_keys([Role] * len(missing))
        for name, key in zip(missing, keys, strict=True):
            found[name] = Role(pk=key, name=name, **{permission.value: True for permission in wanted[name]})
        insert([found[name] for name in missing])
    return found


def make_user(org: Organisation, role: Role, email: str | None = None, **fields: Any) -> User:
    """A user without a usable password: tests sign in by key or by force."""
    user = new_user(org, role, email or f"user{next(_number)}@test.example", **fields)
    user.save(force_insert=True)
    return user


def make_users(*people: tuple[Organisation, Role, str]) -> list[User]:
    """Such users, with these organisations, roles and addresses."""
    return User.objects.bulk_create(new_user(*person) for person in people)


def new_user(org: Organisation, role: Role, email: str, **fields: Any) -> User:
    """Not stored yet."""
    return User(email=email, org=org, role=role, **{"password": "!", "termsaccepted": True, **fields})


def make_key(user: User, **fields: Any) -> str:
    """A new API key of `user`, in MISP's form: 40 letters and digits."""
    return make_keys([user], **fields)[0]


def make_keys(users: Iterable[User], **fields: Any) -> list[str]:
    """A new API key for each."""
    made = [new_key(user, **fields) for user in users]
    AuthKey.objects.bulk_create(row for _, row in made)
    return [key for key, _ in made]


def new_key(user: User, **fields: Any) -> tuple[str, AuthKey]:
    """A key, and its row, which is not stored yet."""
    alphabet = string.ascii_letters + string.digits
    key = "".join(secrets.choice(alphabet) for _ in range(40))
    row = AuthKey(
        user=user,
        authkey_start=key[:4],
        authkey_end=key[-4:],
        digest=hashlib.sha256(key.encode()).digest(),
        created=int(time.time()),
        **{"issued_by_id": user.pk, **fields},
    )
    return key, row


def make_sharing_group(
    owner: Organisation,
    members: Iterable[Organisation] = (),
    *,
    all_orgs: bool | None = None,
    **fields: Any,
) -> SharingGroup:
    """A group owned by `owner`; `all_orgs` (when not None) also lists this instance as its server."""
    group = SharingGroup.objects.create(
        name=fields.pop("name", None) or f"Group {next(_number)}",
        org=owner,
        organisation_uuid=owner.uuid,
        **fields,
    )
    SharingGroupOrg.objects.bulk_create(SharingGroupOrg(sharing_group=group, org=org) for org in members)
    if all_orgs is not None:
        SharingGroupServer.objects.create(sharing_group=group, server_id=0, all_orgs=all_orgs)
    return group
