"""Organisations, with their ids. The newer row wins: an edit here since the last run, or one in MISP."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID, uuid5

from vardkase.core.sql import cursor
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved
from vardkase.identity.organisations.names import cleaned, organisation_skeleton

LONGEST_NAME = 255
WITHOUT_UUID = UUID("5d0f0b4f-6d1b-5a39-8e16-6d1d6b1f6f6e")
"""The namespace of the UUIDs for organisations that have none in MISP: the same in each run."""

# Local ones first: they keep their names, and a remote one that looks alike gets its number behind it.
CHANGED = """
SELECT m.id, m.uuid, m.name, m.local = 1
FROM move_in.organisations m LEFT JOIN organisation o ON o.id = m.id
WHERE o.id IS NULL OR o.date_modified < move_in.moment(m.date_modified)
ORDER BY m.local DESC, m.id
"""
STORE = """
INSERT INTO organisation AS o (
    id, uuid, name, name_skeleton, name_resembles_another, description, type, nationality, sector, contacts,
    landingpage, restricted_to_domain, local, created_by, date_created, date_modified, hides_unpublished,
    tells_withheld, networks_mode, networks, certificates_mode, certificate_pins, domains_mode, verified_domains,
    keys_mode, egress_addresses, required_sign_in, required_key_days)
SELECT m.id, named.uuid, named.name, named.skeleton, named.resembles, coalesce(m.description, ''),
    coalesce(m.type, ''), coalesce(m.nationality, ''), coalesce(m.sector, ''), coalesce(m.contacts, ''), m.landingpage,
    named.domains, m.local = 1, m.created_by, coalesce(move_in.moment(m.date_created), now()),
    coalesce(move_in.moment(m.date_modified), now()), false, false,
    'off', '{}', 'off', '{}', 'off', '{}', 'off', '{}', '{}', 0
FROM move_in.organisations m
JOIN jsonb_to_recordset(%s::jsonb) AS named(id bigint, uuid uuid, name text, skeleton text, resembles boolean,
                                            domains jsonb) ON named.id = m.id
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, name_skeleton = excluded.name_skeleton,
    name_resembles_another = excluded.name_resembles_another, description = excluded.description,
    type = excluded.type, nationality = excluded.nationality, sector = excluded.sector, contacts = excluded.contacts,
    landingpage = excluded.landingpage, restricted_to_domain = excluded.restricted_to_domain, local = excluded.local,
    date_modified = excluded.date_modified
WHERE o.uuid = excluded.uuid
"""
OTHERS = "SELECT lower(name), name_skeleton FROM organisation WHERE id <> ALL(%s)"
LOGO_OWNERS = "SELECT id, uuid, name FROM move_in.organisations ORDER BY id DESC"
PACKAGED_LOGOS = frozenset(
    {
        "5cf66e53-b5f8-43e7-be9a-49880a3b4631.png",
        "ADMIN.png",
        "CERT.at.png",
        "CERTat.png",
        "CIRCL.png",
        "MIL.be.png",
        "MISP.png",
        "NATO.png",
        "NCIRC.png",
        "RISKIQ.png",
        "empty",
    }
)
"""What every MISP has in the folder of logos."""
DOMAINS = "SELECT id, restricted_to_domain FROM move_in.organisations WHERE restricted_to_domain IS NOT NULL"


def take_organisations(taking: Taking) -> None:
    changed = cursor().execute(CHANGED).fetchall()
    named = _named(changed)
    taking.execute("organisations", STORE, (json.dumps(named),))
    renamed = {row["id"]: row["name"] for row in named}
    taking.leave_out(
        "names of organisations",
        (f"{name} → {renamed[number]}" for number, _, name, _ in changed if cleaned(name) != renamed[number]),
        "Another organisation has this name, or one that looks the same: the number is put behind it.",
    )
    taking.leave_out("logos", _logos(taking), "This hub shows no logos of organisations.")
    ids_reserved("organisation")


def _logos(taking: Taking) -> Iterator[str]:
    # MISP names the file by the number, name or UUID of the organisation.
    owners: dict[str, str] = {}
    for number, uuid, name in cursor().execute(LOGO_OWNERS):
        owners |= {key.lower(): name for key in (str(number), name, uuid or "") if key}
    for path in taking.files.paths():
        file = PurePosixPath(path)
        if path.startswith("img/orgs/") and file.name not in PACKAGED_LOGOS:
            owner = owners.get(file.stem.lower())
            yield path if owner is None else f"{path} of {owner}"


def _named(changed: Iterable[tuple[int, str | None, str, bool]]) -> list[dict[str, Any]]:
    changed = list(changed)
    others = cursor().execute(OTHERS, ([row[0] for row in changed],)).fetchall()
    names, skeletons = {name for name, _ in others}, {skeleton for _, skeleton in others}
    domains = {number: _domains(text) for number, text in cursor().execute(DOMAINS)}
    rows = []
    for number, uuid, given, local in changed:
        name = cleaned(given)[:LONGEST_NAME].strip() or str(number)
        looks_alike = organisation_skeleton(name) in skeletons
        if name.lower() in names or (looks_alike and not local):
            name = f"{name[: LONGEST_NAME - 16]} ({number})"
        names.add(name.lower())
        skeletons.add(skeleton := organisation_skeleton(name))
        rows.append(
            {
                "id": number,
                "uuid": str(_uuid(uuid, number)),
                "name": name,
                "skeleton": skeleton,
                "resembles": looks_alike,
                "domains": domains.get(number),
            }
        )
    return rows


def _uuid(given: str | None, number: int) -> UUID:
    try:
        return UUID(str(given))
    except ValueError:
        return uuid5(WITHOUT_UUID, str(number))


def _domains(text: str) -> list[str]:
    """A JSON list; older MISPs have a domain per line."""
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = text.split()
    return [str(domain) for domain in parsed] if isinstance(parsed, list) else []


STEP = Step("organisations", ("organisations",), take_organisations)
