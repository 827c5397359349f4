"""Notes, opinions and relationships as MISP JSON: inside documents and in lists of their own.

Whatever carries them gets three members, each a list: ``Note``, ``Opinion``, ``Relationship``. Two levels are
shown; one that has more below it says ``_max_depth_reached``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Raw

from vardkase.core.errors import NotFound
from vardkase.core.sql import array_of, cursor
from vardkase.formats.misp_json.organisations import OrganisationLoader
from vardkase.formats.misp_json.related_objects import related_objects
from vardkase.formats.misp_json.selection import Chosen, pages_of
from vardkase.formats.misp_json.sharing_groups import SharingGroupLoader
from vardkase.formats.misp_json.stream import in_chunks, joined
from vardkase.formats.misp_json.structs import encoder
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import analyst_data_predicate, reader_parameters
from vardkase.intel.analyst_data.rules import may_edit
from vardkase.intel.problems import AnalystDataProblem
from vardkase.misp.analyst_data import KINDS

type Said = dict[str, Any]
"""One note, opinion or relationship, as its JSON."""

type ByKind = dict[str, list[Said]]
"""What is said of one thing: ``{"Note": […], …}``, only the kinds that there are."""

type Section = tuple[str, Iterator[bytes]]
"""``Note`` with its items as JSON; a piece is several with commas."""

DEPTH = 2
AT_ONCE = 500

FIRST, BELOW, WITHIN = range(3)
"""Where something is said: of the thing that a document is about, of what is said of that, or of a part of it."""
NOTE, OPINION, RELATIONSHIP = range(3)
IN_SHORT = {FIRST: {NOTE, OPINION, RELATIONSHIP}, BELOW: {OPINION}}
"""What names its organisations in short there: each kind where MISP comes upon it first. It looks for opinions on
notes as soon as it has notes, so opinions beside notes are not its first."""


class AnalystDataLoader:
    """Loads the analyst data of one document for one reader; organisations and groups are loaded once."""

    def __init__(self, actor: Actor, groups: SharingGroupLoader | None = None) -> None:
        self._actor = actor
        self._groups = groups or SharingGroupLoader(actor)
        self._organisations = OrganisationLoader()
        self._any: bool | None = None

    def of(self, uuids: Iterable[str], depth: int = DEPTH, start: int = FIRST) -> dict[str, ByKind]:
        """The analyst data on some objects, by their uuid, with one query per level; objects without any are
        missing.

        `start` is the level at which the document shows it, which decides how organisations are rendered.
        """
        levels: list[list[Said]] = []
        wanted = list(uuids)
        # Level by level instead of a recursive query: a note on a note on a note ends at `depth`, as in MISP.
        while wanted and len(levels) < depth and self._is_any():
            level = list(self._rows(OF_THINGS, start + len(levels), uuids=array_of(wanted)))
            levels.append(level)
            wanted = [each["uuid"] for each in level]
        below: dict[str, ByKind] = {}
        for level in reversed(levels):
            is_last = level is levels[depth - 1] if len(levels) == depth else False
            shown = level if is_last else [_with_below(each, below) for each in level]
            below = {}
            for said in shown:
                by_kind = below.setdefault(said["object_uuid"], {})
                by_kind.setdefault(said["note_type_name"], []).append(said)
        return below

    def lists_of(self, uuids: Iterable[str]) -> dict[str, dict[str, Raw]]:
        """The analyst data on parts of an event, each list encoded for the members of a struct."""
        return {
            uuid: {
                kind: Raw(
                    encoder.encode(
                        [{name: each[name] for name in each if name != "_max_depth_reached"} for each in said]
                    )
                )
                for kind, said in by_kind.items()
            }
            for uuid, by_kind in self.of(uuids, start=WITHIN).items()
        }

    def leading_to(self, uuids: Sequence[str]) -> dict[str, list[Said]]:
        found: dict[str, list[Said]] = {}
        if uuids and self._is_any():
            for each in self._rows(LEADING_TO, FIRST, uuids=array_of(uuids)):
                found.setdefault(each["related_object_uuid"], []).append(each)
        return found

    def sections(self, uuids: Sequence[str]) -> dict[str, list[Section]]:
        """The analyst data lists of several events; long ones are fetched while they are written."""
        if not self._is_any():
            return {}
        sql = COUNTS.format(visible=analyst_data_predicate(self._actor))
        parameters = reader_parameters(self._actor) | {"uuids": array_of(uuids)}
        counts = cursor().execute(sql, parameters).fetchall()
        if sum(count for _, _, count in counts) <= AT_ONCE:
            return {
                uuid: [(kind, iter([encoder.encode(said)[1:-1]])) for kind, said in by_kind.items()]
                for uuid, by_kind in self.of([uuid for uuid, _, _ in counts]).items()
            }
        found: dict[str, list[Section]] = {}
        for uuid, kind, _ in counts:
            found.setdefault(uuid, []).append((KINDS[kind], self._pages(uuid, kind)))
        return found

    def _pages(self, uuid: str, kind: int) -> Iterator[bytes]:
        last = 0
        while page := list(self._rows(PAGES, FIRST, uuid=uuid, kind=kind, last=last, limit=AT_ONCE)):
            below = self.of([said["uuid"] for said in page], DEPTH - 1, BELOW)
            yield encoder.encode([_with_below(said, below) for said in page])[1:-1]
            last = int(page[-1]["id"])

    def chosen(self, ids: Sequence[int]) -> list[Said]:
        return list(self._rows(CHOSEN, WITHIN, ids=array_of(map(str, ids))))

    def _is_any(self) -> bool:
        # Many instances have none at all: this one look-up then saves a query for every page of a document.
        if self._any is None:
            self._any = cursor().execute("SELECT 1 FROM analyst_data LIMIT 1").fetchone() is not None
        return self._any

    def _rows(self, sql: str, level: int, **parameters: Any) -> Iterator[Said]:
        visible = analyst_data_predicate(self._actor)
        statement = sql.format(columns=COLUMNS, visible=visible)
        rows = cursor().execute(statement, reader_parameters(self._actor) | parameters).fetchall()
        self._organisations.learn(number for row in rows for number in row[-2:])
        # Analyst data has null for no group, where events and their parts have 0.
        self._groups.learn(row[GROUP] or "0" for row in rows)
        related = related_objects(self._actor, [(row[-3], row[-4]) for row in rows if row[-4]])
        named_whole = _named_whole(level, rows)
        for row in rows:
            yield self._said(row, related, whole=(row[0], row[THING]) in named_whole)

    def _said(self, row: Sequence[Any], related: dict[tuple[str, str], Any], *, whole: bool) -> Said:
        kind, org_id, orgc_id = row[0], row[-2], row[-1]
        said: Said = dict(zip(MEMBERS, row[1:], strict=False))
        text, language, opinion, relationship_type, related_uuid, related_type = row[-8:-2]
        own = ((text or "", language), (opinion, text), (relationship_type, related_uuid, related_type))
        said |= dict(zip(OWN_MEMBERS[kind], own[kind], strict=True))
        said |= {"note_type": kind, "note_type_name": KINDS[kind]}
        said["Orgc"] = self._organisations.creator(orgc_id, whole=whole)
        said["Org"] = self._organisations.owner(org_id, whole=whole)
        if row[GROUP] and said["distribution"] == "4":
            said["SharingGroup"] = self._groups.block(row[GROUP])
        said["_canEdit"] = may_edit(self._actor, orgc_id)
        if row[-4]:
            said["related_object"] = related.get((row[-3], row[-4]), [])
        return said


def analyst_data_dict(actor: Actor, number: int, *, viewed: bool = False) -> dict[str, Any]:
    """One as ``{"Note": {…}}``; `viewed` as in analyst_data/view, with its nested analyst data. Raises
    NotFound."""
    book = AnalystDataLoader(actor)
    found = book.chosen([number])
    if not found:
        raise NotFound(AnalystDataProblem.NOT_FOUND())
    said = found[0]
    if viewed:
        del said["_canEdit"]
        said |= book.of([said["uuid"]], 1, BELOW).get(said["uuid"], {})
    return {said["note_type_name"]: said}


def said_of(actor: Actor, uuid: str, depth: int = DEPTH) -> tuple[ByKind, list[Said]]:
    """The analyst data on one object, and the relationships that point to it."""
    book = AnalystDataLoader(actor)
    return book.of([uuid], depth).get(uuid, {}), book.leading_to([uuid]).get(uuid, [])


@in_chunks
def analyst_data_list(actor: Actor, chosen: Chosen) -> Iterator[bytes]:
    """A list of ``{"Note": {…}}``, without nested analyst data."""
    book = AnalystDataLoader(actor)
    yield b"["
    yield from joined(
        encoder.encode({said["note_type_name"]: said})
        for ids in pages_of(chosen, AT_ONCE)
        for said in book.chosen(ids)
    )
    yield b"]"


def _named_whole(level: int, rows: Sequence[Sequence[Any]]) -> set[tuple[int, str]]:
    found = {(row[0], row[THING]) for row in rows}
    short = IN_SHORT.get(level, set())
    return {
        (kind, thing)
        for kind, thing in found
        if kind not in short or (level == FIRST and kind == OPINION and (NOTE, thing) in found)
    }


def _with_below(said: Said, below: dict[str, ByKind]) -> Said:
    children = below.get(said["uuid"], {})
    ends = any("_max_depth_reached" not in child for each in children.values() for child in each)
    return said | children | {"_max_depth_reached": ends}


MEMBERS = (
    "id", "uuid", "object_uuid", "object_type", "authors", "org_uuid", "orgc_uuid", "created", "modified",
    "distribution", "sharing_group_id", "locked",
)  # fmt: skip
OWN_MEMBERS = (
    ("note", "language"),
    ("opinion", "comment"),
    ("relationship_type", "related_object_uuid", "related_object_type"),
)
THING, GROUP = 3, 11
"""The places of the uuid of what it is said of, and of the sharing group's id, in a row."""

COLUMNS = """n.kind, n.id::text, n.uuid::text, n.object_uuid::text, n.object_type, n.authors,
    org.uuid::text, orgc.uuid::text, to_char(n.created AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
    to_char(n.modified AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), n.distribution::text,
    n.sharing_group_id::text, n.locked, n.text, n.language, n.opinion::text, n.relationship_type,
    n.related_object_uuid::text, n.related_object_type, n.org_id, n.orgc_id"""

FROM = """
FROM analyst_data n
JOIN organisation org ON org.id = n.org_id
JOIN organisation orgc ON orgc.id = n.orgc_id
"""

OF_THINGS = f"""
SELECT {{columns}} {FROM}
WHERE n.object_uuid = ANY(%(uuids)s::uuid[]) AND {{visible}}
ORDER BY n.id
"""

PAGES = f"""
SELECT {{columns}} {FROM}
WHERE n.object_uuid = %(uuid)s::uuid AND n.kind = %(kind)s AND n.id > %(last)s AND {{visible}}
ORDER BY n.id LIMIT %(limit)s
"""

COUNTS = """
SELECT n.object_uuid::text, n.kind, count(*) FROM analyst_data n
WHERE n.object_uuid = ANY(%(uuids)s::uuid[]) AND {visible}
GROUP BY n.object_uuid, n.kind ORDER BY n.object_uuid, n.kind
"""

LEADING_TO = f"""
SELECT {{columns}} {FROM}
WHERE n.related_object_uuid = ANY(%(uuids)s::uuid[]) AND {{visible}}
ORDER BY n.id
"""

CHOSEN = f"""
SELECT {{columns}} {FROM}
JOIN unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place) ON chosen.id = n.id
WHERE {{visible}}
ORDER BY chosen.place
"""
