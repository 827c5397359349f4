"""Organisations inside other documents, looked up once per document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Raw

from vardkase.core.sql import cursor, from_jsonb
from vardkase.formats.misp_json.structs import encoder


class OrganisationLoader:
    """The organisations loaded so far, each complete and as the few members of an owner or creator."""

    def __init__(self) -> None:
        self._whole: dict[int, Raw] = {}
        self._owner: dict[int, Raw] = {}
        self._creator: dict[int, Raw] = {}

    def learn(self, ids: Iterable[int]) -> None:
        missing = {number for number in ids if number not in self._whole}
        if not missing:
            return
        for number, *row in cursor().execute(ORGANISATIONS, (list(missing),)):
            whole: dict[str, Any] = dict(zip(MEMBERS, row, strict=True))
            whole["restricted_to_domain"] = from_jsonb(whole["restricted_to_domain"])
            self._whole[number] = Raw(encoder.encode(whole))
            self._owner[number] = Raw(encoder.encode({name: whole[name] for name in OWNER}))
            self._creator[number] = Raw(encoder.encode({name: whole[name] for name in CREATOR}))

    def owner(self, number: int, *, whole: bool) -> Raw:
        return (self._whole if whole else self._owner)[number]

    def creator(self, number: int, *, whole: bool) -> Raw:
        """A loaded organisation as ``Orgc``: MISP omits its description."""
        return (self._whole if whole else self._creator)[number]


MEMBERS = (
    "id", "name", "date_created", "date_modified", "description", "type", "nationality", "sector", "created_by",
    "uuid", "contacts", "local", "restricted_to_domain", "landingpage",
)  # fmt: skip
OWNER = ("id", "name", "uuid", "type", "description", "sector", "nationality", "local")
CREATOR = tuple(name for name in OWNER if name != "description")

ORGANISATIONS = """
SELECT id, id::text, name, to_char(date_created AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
       to_char(date_modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), nullif(description, ''), type,
       nationality, sector, created_by::text, uuid::text, nullif(contacts, ''), local,
       restricted_to_domain, nullif(landingpage, '')
FROM organisation WHERE id = ANY(%s)
"""
