"""The matrix as people read it: a domain at a time, sub-techniques under their technique.

ATT&CK's files have a tab for each platform, with the same technique in most of them. People read all platforms of a
domain (Enterprise, Mobile) as one matrix, and one platform at a time when they need to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vardkase.knowledge.galaxies.matrix import Matrix
from vardkase.knowledge.galaxies.queries import ATTACK

DOMAINS_OF_ATTACK = (
    ("attack-", "enterprise-attack", "Enterprise"),
    ("mobile-attack-", "mobile-attack", "Mobile"),
    ("pre-attack", "pre-attack", "PRE-ATT&CK"),
)
"""Start of the tabs' names, the domain's name in layers of ATT&CK Navigator, and in words."""


@dataclass(frozen=True, slots=True)
class Technique:
    """A cluster in a column.

    `code` is its external id, such as T1566.001, or empty. It stands for the technique (in layers, and for what is
    folded below it), so an organisation's own cluster has none where a packaged cluster has the same.
    """

    id: int
    uuid: str
    value: str
    tag_name: str
    code: str
    is_packaged: bool
    subs: tuple[Technique, ...] = ()

    @property
    def name(self) -> str:
        """Without the code, which packaged techniques repeat at the end."""
        return self.value.removesuffix(f" - {self.code}") if self.code else self.value

    @property
    def all(self) -> tuple[Technique, ...]:
        return (self, *self.subs)


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    key: str
    techniques: tuple[Technique, ...]

    @property
    def title(self) -> str:
        words = self.key.replace("-", " ").strip()
        return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class Domain:
    """`platforms`: the tabs that are read as one, by their names in the file and in words."""

    key: str
    title: str
    platforms: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[MatrixColumn, ...] = ()

    @property
    def techniques(self) -> Iterator[Technique]:
        """Each once, with the sub-techniques, in the order of the columns."""
        seen: set[int] = set()
        for column in self.columns:
            for technique in column.techniques:
                for one in technique.all:
                    if one.id not in seen:
                        seen.add(one.id)
                        yield one

    def columns_by_technique(self) -> dict[int, list[MatrixColumn]]:
        found: dict[int, list[MatrixColumn]] = {}
        for column in self.columns:
            for technique in column.techniques:
                for one in technique.all:
                    found.setdefault(one.id, []).append(column)
        return found


def domains_of(matrix: Matrix, platform: str = "") -> list[Domain]:
    """The domains of a matrix in their order; of the domain that has `platform`, only what is for that platform."""
    domains = []
    for key, title, platforms in _tabs_by_domain(matrix):
        chosen = [platform] if platform in platforms else list(platforms)
        columns = _merged(matrix, [matrix.tabs[name] for name in chosen])
        shown = platforms if len(platforms) > 1 else {}
        domains.append(Domain(key, title, shown, columns))
    return domains


def _tabs_by_domain(matrix: Matrix) -> Iterator[tuple[str, str, dict[str, str]]]:
    if matrix.galaxy.type != ATTACK:
        for name in matrix.tabs:
            yield name, name.replace("-", " "), {name: name}
        return
    left = dict.fromkeys(matrix.tabs)
    for start, key, title in DOMAINS_OF_ATTACK:
        names = [name for name in left if name.startswith(start)]
        for name in names:
            del left[name]
        if names:
            yield key, title, {name: name.removeprefix(start).replace("-", " ") for name in names}
    for name in left:
        yield name, name, {name: name}


def _merged(matrix: Matrix, tabs: Sequence[Mapping[str, list[dict[str, Any]]]]) -> tuple[MatrixColumn, ...]:
    order: list[str] = max(map(list, tabs), key=len, default=[])
    for tab in tabs:
        # Columns of no other tab come first: reconnaissance and resource development, which have a tab to themselves.
        order[:0] = [column for column in tab if column not in order]
    return tuple(
        MatrixColumn(column, _folded(matrix, (cell for tab in tabs for cell in tab.get(column, ()))))
        for column in order
    )


def _folded(matrix: Matrix, cells: Iterable[dict[str, Any]]) -> tuple[Technique, ...]:
    by_id = {cell["id"]: _technique(matrix, cell) for cell in cells}
    techniques = sorted(by_id.values(), key=lambda one: (one.name.lower(), one.id))
    parents = _parents(techniques)
    top_codes = {one.code for one in techniques if one.id not in parents}
    below: dict[str, list[Technique]] = {}
    tops = []
    for one in techniques:
        # There is one level of folds: what is below a folded technique is not folded, or it would not be shown.
        if (parent := parents.get(one.id)) and parent in top_codes:
            below.setdefault(parent, []).append(one)
        else:
            tops.append(one)
    return tuple(
        replace(one, subs=tuple(sorted(below.get(one.code, ()), key=lambda sub: sub.code))) for one in tops
    )


def _technique(matrix: Matrix, cell: Mapping[str, Any]) -> Technique:
    id = cell["id"]
    code = "" if id in matrix.duplicates else cell["external_id"]
    return Technique(int(id), cell["uuid"], cell["value"], cell["tag_name"], code, id in matrix.packaged)


def _parents(techniques: Sequence[Technique]) -> dict[int, str]:
    """The code of the technique that each belongs to by its own code (T1566 for T1566.001), if that is there."""
    every = {one.code for one in techniques if one.code}
    packaged = {one.code for one in techniques if one.code and one.is_packaged}
    return {
        one.id: parent
        for one in techniques
        # Packaged only below packaged: one cluster of an organisation with the code AML would fold all of ATLAS.
        if (parent := one.code.rpartition(".")[0]) in (packaged if one.is_packaged else every)
    }
