"""API authentication: resolves the API key in a header to an Actor, in one query.

Nothing about who may enter is kept between requests: a key that was revoked stops at once. Only a key in the
`Authorization` or `X-MISP-AUTH` header counts; keys in the URL and session cookies never do.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path

from django.http import HttpRequest
from django.utils import timezone

from vardkase.api.errors import MispError
from vardkase.core.addresses import counted_as
from vardkase.core.clock import now_seconds
from vardkase.core.limits import Limit
from vardkase.core.settings.instance import MAINTENANCE_MESSAGE
from vardkase.core.sql import PreparedQuery, cursor, statement
from vardkase.identity.access.actor import (
    SHARING_GROUPS_OF_ORGANISATION,
    Actor,
    access_with_duties,
    permissions_with_duties,
)
from vardkase.identity.access.connection_scope import connection_scope_of
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.accounts.services import former_keys
from vardkase.identity.accounts.staff import staff_roles
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import PresentedKey
from vardkase.identity.organisations.standing import ACCESS_SQL, Access, access, refusal
from vardkase.identity.sign_in_policy.certificates import Certificate
from vardkase.identity.sign_in_policy.enforcement import SignInCaller, note, note_unknown_key, sign_in_refusal
from vardkase.identity.sign_in_policy.rules import SignInAttempt, lies_in

AUTHENTICATION_FAILED = (
    "Authentication failed. Please make sure you pass the API key of an API enabled user along in the "
    "Authorization header."
)
ACCOUNT_DISABLED = "Authentication failed. Your user account has been disabled."
DISABLED_BECAUSE = {
    "unreviewed": "Nobody confirmed it in your organisation's access review. Your administrator can bring it back.",
    "idle": "It had not been used for a long time. Your administrator can bring it back.",
}
KEY_ENDED = AUTHENTICATION_FAILED + " This API key stopped working on {day}: sign in and make a new one."
KEY_OF_ANOTHER = AUTHENTICATION_FAILED + " The hub’s own staff use only keys that they have made themselves."
WRONG_ADDRESS = "It is not possible to use this Auth key from your IP address"
TOO_MANY_FAILURES = "Too many failed authentications from your IP address. Please try again later."

KEY = re.compile(r"[A-Za-z0-9]{40}")
MAX_KEYS = 5
TOUCH_EVERY = 60
FLAGS = tuple(Permission)
SYNC = FLAGS.index(Permission.SYNC)
FIND = Path(__file__).parent / "sql" / "find_keys.sql"
TOUCH = Path(__file__).parent / "sql" / "touch_key.sql"

FAILURES = Limit("failed authentication", allowed=30, window=60)
"""Of an address, of IPv6 of its /64. No lock: a valid key from there, which may be a whole hospital behind one
router, is always admitted, and nobody guesses a key of 40 characters."""

FORMER_KEYS = Limit("comparison with a moved key", allowed=10, window=60)
"""Failed ones with one key from one address. Each takes a fifth of a second, so there is an end to them; a key is
compared so until its first use only. Other keys that come from there are compared still: a whole hospital may be
behind one router, and only who knows how a key begins and ends is compared at all."""


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The actor, the expiry of its key (None: never), and the searches its role may run (None: unlimited)."""

    actor: Actor
    key_expires: datetime | None
    allowance: int | None = None


def presented_keys(request: HttpRequest) -> list[str]:
    """The well-formed keys in the headers, only the first few, to limit the number of lookups."""
    values = [request.META.get("HTTP_AUTHORIZATION", ""), request.META.get("HTTP_X_MISP_AUTH", "")]
    parts = [part.strip() for value in values for part in value.split(",")]
    return [part for part in parts if KEY.fullmatch(part)][:MAX_KEYS]


def authenticate(request: HttpRequest, keys: list[str] | None = None) -> Authenticated:
    """Authenticate the caller of `request`.

    Raises MispError 403 with MISP's reason, or 429 after too many failures from the address. `keys` are those
    presented in another way than by MISP clients.
    """
    address: str | None = getattr(request, "client_address", None)
    try:
        row = _row_of(presented_keys(request) if keys is None else keys, address)
        _check(row, address, getattr(request, "client_certificate", None))
    except MispError as error:
        # Only what may be a guess counts as a failure, not a known key that is refused for another reason.
        if error.message != AUTHENTICATION_FAILED:
            raise
        if keys or request.headers.get("Authorization") or request.headers.get("X-MISP-AUTH"):
            note_unknown_key(address)
        usage = FAILURES.spend(counted_as(address))
        if usage.is_exceeded:
            raise MispError(429, TOO_MANY_FAILURES, headers={"Retry-After": str(usage.wait)}) from error
        raise
    # At most one write a minute and key: to write with each request would serialise all that share it.
    if now_seconds() - (row.last_used or 0) >= TOUCH_EVERY:
        cursor().execute(statement(TOUCH), {"key": row.key_id, "now": now_seconds(), "address": address})
    expires = datetime.fromtimestamp(row.key_expires, UTC) if row.key_expires else None
    return Authenticated(_actor(row, address), expires, row.allowance)


@dataclass(frozen=True, slots=True)
class _Row:
    key_id: int
    digest: bytes
    former_hash: str
    key_end: str
    key_expires: int
    read_only: bool
    allowed_ips: list[str] | None
    last_used: int | None
    user_id: int
    email: str
    disabled: bool
    disabled_because: str
    user_expires: datetime | None
    role_id: int
    flags: list[bool]
    org_id: int
    org_name: str
    fixed_standing: str
    read: bool
    write: bool
    sync: bool
    statement_ended: bool
    limited: bool
    networks_mode: str
    networks: list[str]
    certificates_mode: str
    certificate_pins: list[str]
    domains_mode: str
    verified_domains: list[str]
    keys_mode: str
    required_sign_in: list[str]
    sharing_group_ids: list[int]
    reads_offences: bool
    live: bool
    allowance: int | None
    server_id: int
    staff_roles: list[str]
    key_by_owner: bool
    holds_too_long: bool

    @property
    def access(self) -> Access:
        may = access(
            self.fixed_standing,
            read=self.read,
            write=self.write,
            sync=self.sync,
            statement_ended=self.statement_ended,
            limited=self.limited,
        )
        return access_with_duties(may, staff_roles(self.staff_roles))


@cache
def _find_keys() -> PreparedQuery:
    """sql/find_keys.sql with the permissions in order and the shared rule for group membership."""
    flags = ", ".join(f"r.{flag.value}" for flag in FLAGS)
    groups = SHARING_GROUPS_OF_ORGANISATION.replace("%(org)s", "o.id")
    access_sql = ACCESS_SQL.format(now="$2::timestamptz")
    return PreparedQuery(
        statement(FIND).format(
            flags=flags, groups=groups, access=access_sql, offences="o.offence_period @> $2::timestamptz"
        )
    )


def _row_of(keys: list[str], address: str | None) -> _Row:
    now = str(timezone.now())
    moved = []
    for key in keys:
        digest = hashlib.sha256(key.encode()).digest()
        for columns in _find_keys().rows(key[:4], now):
            row = _Row(*columns)
            # Several keys may begin alike, and the time of a comparison must not tell how much of one was
            # right.
            if hmac.compare_digest(digest, row.digest):
                return row
            if row.former_hash and key.endswith(row.key_end):
                moved.append((key, row))
    for key, row in moved[:MAX_KEYS]:
        whose = f"{row.key_id} {counted_as(address)}"
        if FORMER_KEYS.is_exhausted(whose):
            raise MispError(429, TOO_MANY_FAILURES, headers={"Retry-After": str(FORMER_KEYS.window)})
        if former_keys.recognise(row.key_id, row.former_hash, key):
            return row
        FORMER_KEYS.spend(whose)
    raise MispError(403, AUTHENTICATION_FAILED)


def _check(row: _Row, address: str | None, certificate: Certificate | None) -> None:
    """Refuse a key, user or organisation that may not sign in now, from this address, or with this
    certificate."""
    permissions = _permissions(tuple(row.flags))
    caller = SignInCaller(row.user_id, row.email, row.org_id, address, _credential(row).value, row.key_id)
    now = datetime.now(UTC)
    if row.key_expires and row.key_expires < now.timestamp():
        ended = datetime.fromtimestamp(row.key_expires, UTC).date()
        raise _noted(caller, "key_ended", KEY_ENDED.format(day=ended))
    if row.disabled or (row.user_expires is not None and row.user_expires < now):
        text = " ".join(filter(None, (ACCOUNT_DISABLED, DISABLED_BECAUSE.get(row.disabled_because))))
        raise _noted(caller, row.disabled_because or "account_off", text)
    if not row.key_by_owner and staff_roles(row.staff_roles):
        raise _noted(caller, "key_of_another", KEY_OF_ANOTHER)
    if row.allowed_ips and not lies_in(address, row.allowed_ips):
        raise _noted(caller, "key_address", WRONG_ADDRESS)
    if Permission.AUTH not in permissions:
        raise MispError(403, AUTHENTICATION_FAILED)
    is_unbound = not (row.key_expires and row.allowed_ips)
    attempt = SignInAttempt(
        row.email,
        address,
        certificate,
        now,
        has_unbound_key=is_unbound,
        has_long_key=row.holds_too_long,
        synchronises=row.flags[SYNC],
    )
    if refused := sign_in_refusal(row, attempt, caller):
        raise MispError(403, refused.sentence)
    if not row.access.may_sync:
        note(caller, "standing", IdentityAction.USER_ENTRANCE_REFUSED)
        raise refusal(row.access.standing)
    if not row.live and Permission.SITE_ADMIN not in permissions:
        raise MispError(405, MAINTENANCE_MESSAGE.value)


def _noted(caller: SignInCaller, reason: str, message: str) -> MispError:
    note(caller, reason, IdentityAction.USER_ENTRANCE_REFUSED)
    return MispError(403, message)


@lru_cache(maxsize=256)
def _permissions(flags: tuple[bool, ...]) -> frozenset[Permission]:
    held = frozenset(flag for flag, on in zip(FLAGS, flags, strict=True) if on)
    return frozenset(Permission) if Permission.SITE_ADMIN in held else held


def _credential(row: _Row) -> Credential:
    return Credential.READ_ONLY_KEY if row.read_only else Credential.API_KEY


def _actor(row: _Row, address: str | None) -> Actor:
    credential = _credential(row)
    may, staff = row.access, staff_roles(row.staff_roles)
    return Actor(
        user_id=row.user_id,
        name=row.email,
        organisation_id=row.org_id,
        organisation_name=row.org_name,
        permissions=permissions_with_duties(_permissions(tuple(row.flags)), staff, credential),
        credential=credential,
        sharing_group_ids=tuple(row.sharing_group_ids),
        may_read=may.may_read,
        may_write=may.may_write,
        may_sync=may.may_sync,
        address=address,
        role_id=row.role_id,
        connection_scope=connection_scope_of(row.server_id),
        staff=staff,
        standing=may.standing,
        reads_offences=row.reads_offences,
        key=PresentedKey(
            row.key_id, row.key_expires, tuple(row.allowed_ips or ()), row.read_only, row.key_by_owner
        ),
    )
