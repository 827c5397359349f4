"""Which MISP was staged, told from its own tables and settings."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from vardkase.core.errors import InvalidValue
from vardkase.core.sql import cursor
from vardkase.hub.move_in.problems import DumpProblem
from vardkase.hub.move_in.source.settings import MispSettings

OLDEST_SCHEMA = 100
"""`db_version` of MISP 2.4.160 or so: from there the tables differ by what was added."""


@dataclass(frozen=True, slots=True)
class Source:
    """`digest` is the SHA-256 of the dump as it was given; empty for a live database."""

    uuid: str
    base_url: str
    schema: int
    digest: str
    host_organisation: int
    host_organisation_name: str
    host_organisation_uuid: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def staged_source(settings: MispSettings, digest: str) -> Source:
    rows = (
        cursor().execute("SELECT value FROM move_in.admin_settings WHERE setting = 'db_version'").fetchall()
    )
    schema = int(rows[0][0]) if rows and str(rows[0][0]).isdigit() else 0
    if schema < OLDEST_SCHEMA:
        raise InvalidValue(DumpProblem.TOO_OLD())
    # MISP takes its first local organisation where no host is set.
    host = cursor().execute(
        "SELECT id, name, coalesce(lower(uuid), '') FROM move_in.organisations "
        "WHERE local = 1 ORDER BY id <> %s, id LIMIT 1",
        (_number(settings["MISP.host_org_id"]),),
    )
    organisations = host.fetchall()
    if not organisations:
        raise InvalidValue(DumpProblem.NOT_MISP(table="organisations"))
    return Source(
        uuid=str(settings["MISP.uuid"] or ""),
        base_url=str(settings["MISP.external_baseurl"] or settings["MISP.baseurl"] or ""),
        schema=schema,
        digest=digest,
        host_organisation=organisations[0][0],
        host_organisation_name=organisations[0][1],
        host_organisation_uuid=organisations[0][2],
    )


def _number(value: Any) -> int:
    return int(value) if str(value).isdigit() else 0
