"""Organisations, sharing groups, roles, users and keys."""

from __future__ import annotations

import hashlib
import itertools
import secrets
import string
import time
from collections.abc import Iterable
from typing import Any

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


def make_role(name: str, permissions: Iterable[Permission]) -> Role:
    """The role called `name`; made with `permissions` when the installation has none of that name."""
    flags = {permission.value: True for permission in permissions}
    return Role.objects.get_or_create(name=name, defaults=flags)[0]


def make_user(org: Organisation, role: Role, email: str | None = None, **fields: Any) -> User:
    """A user without a usable password: tests sign in by key or by force."""
    return User.objects.create(
        email=email or f"user{next(_number)}@test.example",
        org=org,
        role=role,
        **{"password": "!", "termsaccepted": True, **fields},
    )


def make_key(user: User, **fields: Any) -> str:
    """A new API key of `user`, in the form MISP's have: 40 letters and digits."""
    alphabet = string.ascii_letters + string.digits
    key = "".join(secrets.choice(alphabet) for _ in range(40))
    AuthKey.objects.create(
        user=user,
        authkey_start=key[:4],
        authkey_end=key[-4:],
        digest=hashlib.sha256(key.encode()).digest(),
        created=int(time.time()),
        **fields,
    )
    return key


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
