"""`vardkase createuser` and `vardkase key …`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import Json, fail, result, rows
from vardkase.hub.profiles import EVERY

if TYPE_CHECKING:
    from vardkase.identity.access.actor import Actor
    from vardkase.identity.accounts.models import AuthKey, User

PROFILES = EVERY

Email = Annotated[str, typer.Argument(help="The account's e-mail address.")]
KeyId = Annotated[str, typer.Argument(help="The key's id or uuid, from `key list`.")]
OrganisationName = Annotated[
    str, typer.Option("--org", help="Name, id or uuid of an organisation that exists.")
]
RoleName = Annotated[str, typer.Option("--role", help="Name or id of a role. Default: the default role.")]
WithKey = Annotated[bool, typer.Option("--key", help="Make an API key as well.")]
Comment = Annotated[str, typer.Option(help="What the key is for.")]
Expires = Annotated[
    str, typer.Option(help="The day (2027-01-31) from which the key is refused. Default: never.")
]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="A key that cannot change anything.")]
Allow = Annotated[
    list[str] | None, typer.Option(help="Address or network the key may come from; repeatable.")
]

keys = typer.Typer(no_args_is_help=True, help="API keys.")


def createuser(
    email: Email,
    data_dir: DataDir = None,
    org: OrganisationName = "",
    role: RoleName = "",
    key: WithKey = False,
    json: Json = False,
) -> None:
    """Add an account and print its one-time password, which is not stored."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.identity.accounts.services import create_user, issue_key
        from vardkase.identity.accounts.services.passwords import one_time_password

        actor = console()
        password = one_time_password()
        data: dict[str, Any] = {"email": email, "password": password}
        data["org_id"] = org and organisation_id(org)
        data["role_id"] = role and _role_id(role)
        user = create_user(actor, data)
        made = {
            "id": user.pk,
            "email": user.email,
            "organisation": user.org.name,
            "role": user.role.name,
            "password": password,
        }
        if key:
            made["key"] = issue_key(actor, user)[1]
        result(made, as_json=json)


def staff(
    email: Email,
    duties: Annotated[
        list[str] | None, typer.Argument(help="All its duties from now on. Default: none.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for an officer.")] = "",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Set the duties of an account at the hub: membership_officer, legal_officer, analyst, operator, auditor.

    From the second officer on, officers are proposed here and approved on the pages.
    """
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.identity.accounts.services.staff import appoint

        actor = console()
        user = appoint(actor, _user(actor, email), duties or [], reason)
        result({"email": user.email, "staff_roles": user.staff_roles}, as_json=json)


@keys.command("issue")
def issue(
    email: Email,
    data_dir: DataDir = None,
    comment: Comment = "",
    expires: Expires = "",
    read_only: ReadOnly = False,
    allow: Allow = None,
    json: Json = False,
) -> None:
    """Create an API key and print it, this once."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.identity.accounts.services import issue_key

        actor = console()
        fields = {
            "comment": comment,
            "expiration": expires,
            "read_only": read_only,
            "allowed_ips": allow or [],
        }
        key, secret = issue_key(actor, _user(actor, email), fields)
        result({"id": key.pk, "uuid": str(key.uuid), "email": key.user.email, "key": secret}, as_json=json)


@keys.command("list")
def list_keys(
    email: Annotated[str, typer.Argument(help="Only the keys of this account.")] = "",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """List API keys by their first and last four characters."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.identity.accounts.queries import visible_keys

        actor = console()
        listed = visible_keys(actor)
        if email:
            listed = listed.filter(user=_user(actor, email))
        rows([_shown(key) for key in listed], as_json=json)


@keys.command("revoke")
def revoke(key_id: KeyId, data_dir: DataDir = None, json: Json = False) -> None:
    """Revoke an API key, effective immediately."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.identity.accounts.queries import find_key
        from vardkase.identity.accounts.services import delete_key

        actor = console()
        key = find_key(actor, key_id)
        shown = _shown(key)
        delete_key(actor, key)
        result({"revoked": shown["id"], "email": shown["email"]}, as_json=json)


def _shown(key: AuthKey) -> dict[str, Any]:
    return {
        "id": key.pk,
        "uuid": str(key.uuid),
        "email": key.user.email,
        "key": str(key),
        "read_only": key.read_only,
        "expires": (
            datetime.fromtimestamp(key.expiration, UTC).date().isoformat() if key.expiration else None
        ),
        "comment": key.comment,
    }


def _user(actor: Actor, email: str) -> User:
    from vardkase.identity.accounts.queries import visible_users

    user = visible_users(actor).filter(email__iexact=email).first()
    if user is None:
        raise fail(f"there is no account {email}.")
    return user


def organisation_id(reference: str) -> int:
    """The id of the organisation with this name, id or uuid. Raises NotFound."""
    from vardkase.identity.organisations.queries import find_organisation, organisations

    named = organisations("all").filter(name__iexact=reference).first()
    return (named or find_organisation(reference)).pk


def _role_id(reference: str) -> int:
    from vardkase.identity.accounts.queries import roles

    by_id = (
        roles().filter(pk=int(reference)) if reference.isdecimal() else roles().filter(name__iexact=reference)
    )
    role = by_id.first()
    if role is None:
        raise fail(f"there is no role {reference}; there are: {', '.join(known.name for known in roles())}.")
    return role.pk
