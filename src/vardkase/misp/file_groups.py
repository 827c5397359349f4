"""Which of the hashes in a text are of one file: those of a row, a line or a paragraph, with its name and size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from vardkase.misp.freetext import EDGES, SEPARATORS, DetectedValue

HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "ssdeep", "imphash", "authentihash", "tlsh")
"""Types that are relations of MISP's object `file` as well."""
NAME = "filename"
NOT_NAMES = frozenset(("zip", "mov", "sh", "py", "pl", "ps", "rs", "app", "md"))
"""Top-level domains that beside a hash are the ending of a file."""
SIZE = re.compile(
    r"\b(?:size|storlek)\b[^\d\n]{0,12}(\d[\d ,.\u00a0]{0,16}\d|\d)\s*(?:bytes?|byte|b)?\b(?!\s*[kmg]i?b)"
    r"|\b(\d[\d ,.\u00a0]{0,16}\d|\d)\s*bytes?\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class FileGroup:
    """One file: `values` by type, of which `filename` is one; `size` in bytes, 0 if unknown."""

    values: dict[str, str] = field(default_factory=dict)
    size: int = 0

    @property
    def name(self) -> str:
        return self.values.get(NAME, "")

    @property
    def is_file(self) -> bool:
        """Two hashes, or a hash and a name, say more together than apart."""
        return len(self.values) > 1 and any(kind in HASHES for kind in self.values)


def groups_in_text(text: str, detected: Mapping[str, DetectedValue]) -> list[FileGroup]:
    """`detected`: what was found in the text, by the word as written. No value is in two groups."""
    taken: set[str] = set()
    found = []
    for paragraph in _paragraphs(text):
        groups = [
            _with_size(FileGroup(dict(token)), line)
            for line in paragraph
            if (token := _tokens(line, detected))
        ]
        # Each line describes a file, or the lines of the paragraph together do.
        if not any(group.is_file for group in groups) or any(_repeats(line, detected) for line in paragraph):
            groups = _over_lines(paragraph, detected)
        found += [group for group in groups if group.is_file and _take(group, taken)]
    return found


def size_of(text: str) -> int:
    """Bytes, from "12 345", "12,345 bytes"; 0 if it is no whole number."""
    digits = re.sub(r"[ ,.\u00a0]|\s*(?:bytes?|b)$", "", text.strip(), flags=re.IGNORECASE)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0


def _paragraphs(text: str) -> Iterator[list[str]]:
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.strip():
            lines.append(line)
        elif lines:
            yield lines
            lines = []


def _tokens(line: str, detected: Mapping[str, DetectedValue]) -> list[tuple[str, str]]:
    words = (word.strip(EDGES) for word in SEPARATORS.split(line))
    values = (detected[word] for word in words if word in detected)
    return [(kind, value.value) for value in values if (kind := kind_in_group(value))]


def kind_in_group(value: DetectedValue) -> str:
    """The type that a value has in a group of a file's, or nothing."""
    if value.type in HASHES or value.type == NAME:
        return value.type
    is_file = NAME in value.alternatives and value.value.rpartition(".")[2].lower() in NOT_NAMES
    return NAME if is_file else ""


def _repeats(line: str, detected: Mapping[str, DetectedValue]) -> bool:
    kinds = [kind for kind, _ in _tokens(line, detected)]
    return len(kinds) != len(set(kinds))


def _over_lines(lines: Iterable[str], detected: Mapping[str, DetectedValue]) -> list[FileGroup]:
    """A new file begins where a kind is repeated. None unless every group has the same kinds of hashes: a list of MD5
    followed by a list of SHA-256 says nothing of which belong together.
    """
    groups = [FileGroup()]
    for line in lines:
        for kind, value in _tokens(line, detected):
            if kind in groups[-1].values:
                groups.append(FileGroup())
            groups[-1].values[kind] = value
        if not groups[-1].size:
            _with_size(groups[-1], line)
    with_hashes = [group for group in groups if any(kind in HASHES for kind in group.values)]
    kinds = {frozenset(kind for kind in group.values if kind in HASHES) for group in with_hashes}
    return with_hashes if len(kinds) == 1 else []


def _with_size(group: FileGroup, line: str) -> FileGroup:
    if match := SIZE.search(line):
        group.size = size_of(match[1] or match[2])
    return group


def _take(group: FileGroup, taken: set[str]) -> bool:
    """Without the values that another group has; whether it is still a file."""
    group.values = {kind: value for kind, value in group.values.items() if value not in taken}
    taken.update(value for kind, value in group.values.items() if kind in HASHES)
    return group.is_file
