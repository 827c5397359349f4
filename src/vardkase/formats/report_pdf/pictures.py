"""The pictures in a printed report: those of its event that stand in paragraphs of their own, and diagrams."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from vardkase.core import files
from vardkase.formats.diagrams import DrawnAs, drawn, sources
from vardkase.intel.event_reports.markdown import REFERENCE_KIND
from vardkase.intel.event_reports.references import ReferencedAttribute, ResolvedReferences
from vardkase.intel.kernel.attachments import picture_type
from vardkase.intel.models import Attribute

MOST_PICTURES = 20
MOST_BYTES = 16 * 1024 * 1024
"""Of all pictures together; those that come after are named only."""
AT_MOST = 8.0
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}


@dataclass(frozen=True, slots=True)
class Picture:
    """`name`: of the file that the typesetter opens."""

    name: str
    content: bytes


def pictures_of(tokens: Sequence[Token], resolved: ResolvedReferences) -> dict[int, Picture]:
    """By the id of the attribute that has the file, which the reader may read."""
    wanted = list(dict.fromkeys(_shown_alone(tokens, resolved)))[:MOST_PICTURES]
    digests = dict(Attribute.objects.filter(pk__in=wanted).values_list("pk", "data_sha256"))
    found: dict[int, Picture] = {}
    left = MOST_BYTES
    for number in wanted:
        digest = digests.get(number) or ""
        size = files.size(digest) if digest else 0
        if not 0 < size <= left:
            continue
        try:
            content = files.read(digest)
        except FileNotFoundError:
            continue
        if (kind := picture_type(content)) is not None:
            left -= size
            found[number] = Picture(f"{number}.{ENDINGS[kind]}", content)
    return found


def diagrams_of(tokens: Sequence[Token], user_id: int | None) -> dict[str, bytes]:
    """The report's diagrams that can be drawn, by `diagram_name`; for AT_MOST seconds."""
    began = time.monotonic()
    found: dict[str, bytes] = {}
    for number, source in enumerate(sources(tokens)):
        if time.monotonic() - began > AT_MOST:
            break
        if content := drawn(source, DrawnAs.SVG, user_id):
            found[diagram_name(number)] = content
    return found


def diagram_name(number: int) -> str:
    return f"diagram{number}.svg"


def _shown_alone(tokens: Sequence[Token], resolved: ResolvedReferences) -> Iterator[int]:
    for token in tokens:
        children = token.children or []
        if len(children) == 1 and children[0].type == REFERENCE_KIND:
            match resolved.of(children[0].meta["reference"]):
                case ReferencedAttribute() as found if found.is_file:
                    yield found.id
