"""API keys. MISP keeps them hashed with bcrypt, which recognises them here until their first use."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import secrets
from uuid import uuid5

from vardkase.core.sql import cursor
from vardkase.hub.move_in.people.account_changes import protected
from vardkase.hub.move_in.people.accounts import BCRYPT
from vardkase.hub.move_in.people.organisations import WITHOUT_UUID
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved

ISSUER = "MISP"
COLUMNS = """id, uuid, user_id, authkey_start, authkey_end, created, expiration, read_only, comment, authkey,
    allowed_ips, unique_ips"""
STAGED = f"""
SELECT {COLUMNS} FROM move_in.auth_keys m
WHERE EXISTS (SELECT FROM account WHERE id = m.user_id) ORDER BY id
"""
STORE = f"""
INSERT INTO auth_key AS k (id, uuid, user_id, authkey_start, authkey_end, digest, former_hash, created, expiration,
                           read_only, comment, allowed_ips, unique_ips, issued_by_name, issued_at_console)
SELECT given.id, given.uuid, given.user_id, given.start, given.ending, decode(given.digest, 'hex'), given.hash,
    given.created, given.expiration, given.read_only, given.comment, given.allowed, given.used_from, '{ISSUER}', false
FROM jsonb_to_recordset(%s::jsonb) AS given(
    id bigint, uuid uuid, user_id bigint, start text, ending text, digest text, hash text, created bigint,
    expiration bigint, read_only boolean, comment text, allowed text[], used_from text[])
ON CONFLICT (id) DO UPDATE SET
    expiration = CASE WHEN k.expiration = 0 OR excluded.expiration = 0 THEN greatest(k.expiration, excluded.expiration)
                 ELSE least(k.expiration, excluded.expiration) END,
    read_only = k.read_only OR excluded.read_only, comment = excluded.comment,
    allowed_ips = CASE WHEN k.allowed_ips IS NULL OR excluded.allowed_ips <@ k.allowed_ips THEN excluded.allowed_ips
                  ELSE k.allowed_ips END
WHERE k.uuid = excluded.uuid AND (k.expiration, k.read_only, k.comment, k.allowed_ips)
    IS DISTINCT FROM (excluded.expiration, excluded.read_only, excluded.comment, excluded.allowed_ips)
"""
# Either side may have narrowed it since the last run: the narrower limits hold.
NARROWER = """
SELECT k.authkey_start || '…' || k.authkey_end FROM auth_key k
JOIN jsonb_to_recordset(%s::jsonb) AS given(
    uuid uuid, expiration bigint, read_only boolean, allowed text[]) ON given.uuid = k.uuid
WHERE (k.expiration, k.read_only, k.allowed_ips)
    IS DISTINCT FROM (given.expiration, given.read_only, given.allowed) ORDER BY k.id
"""
NUMBER_TAKEN = """
SELECT m.authkey_start || '…' || m.authkey_end FROM move_in.auth_keys m JOIN auth_key k ON k.id = m.id
WHERE k.uuid::text <> lower(m.uuid) ORDER BY m.id
"""
# A plain key has no row of its own in MISP, and so no number to keep.
STORE_PLAIN = f"""
INSERT INTO auth_key AS k (uuid, user_id, authkey_start, authkey_end, digest, former_hash, created, expiration,
                           read_only, comment, unique_ips, issued_by_name, issued_at_console)
SELECT given.uuid, given.user_id, given.start, given.ending, decode(given.digest, 'hex'), '', given.created, 0, false,
    '', '{{}}', '{ISSUER}', false
FROM jsonb_to_recordset(%s::jsonb) AS given(
    uuid uuid, user_id bigint, start text, ending text, digest text, created bigint)
ON CONFLICT (uuid) DO UPDATE SET
    authkey_start = excluded.authkey_start, authkey_end = excluded.authkey_end, digest = excluded.digest
"""
REVOKED = f"DELETE FROM auth_key WHERE issued_by_name = '{ISSUER}' AND uuid <> ALL(%s::uuid[])"
PLAIN = """
SELECT m.id, m.authkey, coalesce(m.date_created, 0) FROM move_in.users m JOIN account a ON a.id = m.id
WHERE m.authkey ~ '^[A-Za-z0-9]{40}$' ORDER BY m.id
"""

OF_PROTECTED = (
    "Its owner has a duty here, is a site administrator, or was changed here: a later run brings no keys."
)

NOT_TOLD = "MISP gives no keys over its API: the owner makes a new one here."


def take_keys(taking: Taking) -> None:
    """Of the two kinds, those that MISP accepts: hashed ones with `Security.advanced_authkeys`, else plain ones."""
    if taking.settings.is_on("Security.advanced_authkeys"):
        kept = _take_hashed(taking)
        taking.leave_out_rows(
            "plain keys",
            "MISP refuses them too, because Security.advanced_authkeys is on.",
            "SELECT email FROM move_in.users WHERE authkey <> '' ORDER BY id",
        )
    else:
        kept = _take_plain(taking)
        taking.leave_out_rows(
            "hashed keys",
            "MISP refuses them too, because Security.advanced_authkeys is off.",
            "SELECT authkey_start || '…' || authkey_end FROM move_in.auth_keys ORDER BY id",
        )
    cursor().execute(REVOKED, (kept,))
    ids_reserved("auth_key")


def _take_hashed(taking: Taking) -> list[str]:
    rows, unreadable = [], []
    kept, here = protected(taking.since), known_keys()
    for (
        number,
        uuid,
        user_id,
        start,
        end,
        created,
        expiration,
        read_only,
        comment,
        hashed,
        allowed,
        used_from,
    ) in cursor().execute(STAGED).fetchall():
        if user_id in kept and uuid not in here:
            taking.leave_out("keys", [f"{start}…{end}"], OF_PROTECTED)
            continue
        if hashed is None:
            taking.leave_out("keys", [f"{start}…{end}"], NOT_TOLD)
            continue
        networks = _networks(allowed)
        if networks is None or not re.fullmatch(BCRYPT[1:-1], hashed):
            unreadable.append(f"{start}…{end}")
            continue
        rows.append(
            {
                "id": number,
                "uuid": uuid,
                "user_id": user_id,
                "start": start,
                "ending": end,
                # Of nothing: the hash decides until the key is used.
                "digest": secrets.token_hex(32),
                "hash": hashed,
                "created": created,
                "expiration": expiration,
                "read_only": bool(read_only),
                "comment": comment or "",
                "allowed": networks or None,
                "used_from": _networks(used_from) or [],
            }
        )
    taking.execute("keys", STORE, (json.dumps(rows),))
    why = "Its limits here are not those of MISP: where one is narrower, that one holds. Widen it here if need be."
    taking.leave_out_rows("limits of keys", why, NARROWER, (json.dumps(rows),))
    taking.leave_out_rows("keys", "Another key here has its number.", NUMBER_TAKEN)
    taking.leave_out(
        "keys",
        unreadable,
        "Its hash or its list of allowed addresses cannot be read, so it is not safe to admit.",
    )
    return [row["uuid"] for row in rows]


def _take_plain(taking: Taking) -> list[str]:
    rows = [
        {
            "uuid": str(uuid5(WITHOUT_UUID, f"key of {user_id}")),
            "user_id": user_id,
            "start": raw[:4],
            "ending": raw[-4:],
            "digest": hashlib.sha256(raw.encode()).hexdigest(),
            "created": created,
        }
        for user_id, raw, created in cursor().execute(PLAIN)
    ]
    kept = protected(taking.since)
    taking.leave_out("keys", (f"{row['start']}…" for row in rows if row["user_id"] in kept), OF_PROTECTED)
    given = [row for row in rows if row["user_id"] not in kept]
    taking.execute("keys", STORE_PLAIN, (json.dumps(given),))
    return [row["uuid"] for row in rows]


def known_keys() -> set[str]:
    return {str(row[0]) for row in cursor().execute("SELECT uuid FROM auth_key").fetchall()}


def _networks(text: str | None) -> list[str] | None:
    """The addresses and networks of a JSON list, [] for none; None if it cannot be read as such."""
    if not text:
        return []
    try:
        listed = json.loads(text)
        if not isinstance(listed, list):
            return None
        for network in listed:
            ipaddress.ip_network(str(network).strip(), strict=False)
    except (ValueError, RecursionError):
        return None
    return [str(network).strip() for network in listed]


STEP = Step("keys", ("auth_keys",), take_keys)
