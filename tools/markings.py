"""docs/classified-information.md from the table of markings, and how well the guard finds them.

python -m tools.markings FOLDER    with published events as JSON, for the share of false alarms
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vardkase.hub.guard.markings import Marking

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "classified-information.md"
TEXTS = ROOT / "tests" / "hub" / "guard" / "marking_texts.toml"
BEGIN = "<!-- from here on: python -m tools.markings -->"
TRAILING = re.compile(r",(\s*[\]}])")
CYRILLIC = str.maketrans("AEKMHOPCTX", "АЕКМНОРСТХ")
WITHOUT = str.maketrans({**dict(zip("ÄÖÅÈÉäöåèé", "AOAEEaoaee", strict=True)), "Ü": "UE", "ü": "ue"})

DISGUISES: dict[str, Callable[[str], str]] = {
    "alone": str,
    "in running text": lambda text: f"Rapporten är märkt {text} sedan i går.",
    "in brackets": lambda text: f"see ({text}), page 2",
    "header or footer": lambda text: f"page 1\n{text}\nmore text",
    "file name": lambda text: f"PM_{text.replace(' ', '_')}_v2.pdf",
    "tag": lambda text: f'secrecy:level="{text}"',
    "two lines": lambda text: text.replace(" ", "\n"),
    "hyphens for blanks": lambda text: text.replace(" ", "\u2013"),
    "accents lost": lambda text: text.translate(WITHOUT),
    "decomposed accents": lambda text: unicodedata.normalize("NFD", text),
    "soft hyphens": lambda text: text[:3] + "\u00ad" + text[3:],
    "characters without a glyph": "\u200b".join,
    "look-alikes": lambda text: text.translate(CYRILLIC),
    "underlined": lambda text: "".join(f"{c}\u0332" for c in text),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "spaced letters": lambda text: "   ".join(" ".join(word) for word in text.split()),
}
"""How markings are written, and hidden."""


def texts(kind: str) -> list[str]:
    return list(tomllib.loads(TEXTS.read_text("utf-8"))[kind])


def forms() -> Iterator[tuple[Marking, str]]:
    """Each marking in the forms that are words, as they are stamped."""
    from vardkase.hub.guard.markings import markings

    for marking in markings():
        for form in (*marking.any_case, *marking.capitals, *marking.phrase):
            yield marking, form.upper()


def recall() -> dict[str, tuple[int, int]]:
    """For each disguise: how many of all forms are found with the right effect, and how many there are."""
    counts = {}
    for name, disguise in DISGUISES.items():
        tried = [(marking, disguise(form)) for marking, form in forms()]
        counts[name] = (sum(_found(text, marking.severity) for marking, text in tried), len(tried))
    return counts


def _found(text: str, severity: str) -> bool:
    from vardkase.hub.guard.markings import match_in

    return any(match.marking.severity == severity for match in match_in(text))


def false_alarms(folder: Path) -> tuple[int, int, int]:
    """Events in the JSON files of a folder: how many, how many the guard would stop, how many texts they have."""
    stopped = events = all_texts = 0
    for path in sorted(folder.rglob("*.json")):
        document = json.loads(TRAILING.sub(r"\1", path.read_text("utf-8")))
        for event in document if isinstance(document, list) else [document]:
            said = list(_texts(event))
            events, all_texts = events + 1, all_texts + len(said)
            stopped += any(_found(text, "stops") for text in said)
    return events, stopped, all_texts


def descriptions(*, every: int = 1) -> tuple[int, int]:
    """Galaxy clusters (names, synonyms, descriptions), all or a sample: how many, and how many would be stopped."""
    import pymispgalaxies

    folder = Path(pymispgalaxies.__file__).parent / "data" / "misp-galaxy" / "clusters"
    files = (json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json")))
    clusters = [cluster for file in files for cluster in file["values"]][::every]
    return len(clusters), sum(_found("\n".join(_texts(cluster)), "stops") for cluster in clusters)


def _texts(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict | list):
        for each in document.values() if isinstance(document, dict) else document:
            yield from _texts(each)


def table() -> str:
    from vardkase.hub.guard.markings import markings

    rows = [
        f"| {marking.name} | {marking.issuer} | {marking.level} | {marking.severity} | {marking.source} |"
        for marking in markings()
    ]
    return "\n".join(
        ["## Markings", "", "| marking | of | level | effect | source |", "|---|---|---|---|---|", *rows, ""]
    )


def figures(folder: Path) -> str:
    events, stopped, said = false_alarms(folder)
    clusters, described = descriptions()
    found = [f"| {name} | {hits} of {tried} |" for name, (hits, tried) in recall().items()]
    share = f"{1000 * stopped / max(events, 1):.1f}"
    return "\n".join(
        [
            "## Figures",
            "",
            "Each marking of the table, in each of its forms, written in these ways:",
            "",
            "| written | found |",
            "|---|---|",
            *found,
            "",
            f"False alarms: {share} in 1,000 published events ({stopped} of {events}, with {said} texts),",
            f"{1000 * described / clusters:.1f} in 1,000 descriptions of actors, tools and techniques",
            f"in MISP's galaxies ({described} of {clusters}).",
            f"Of {len(texts('ordinary'))} texts chosen because they are close to markings, none is stopped",
            "(`tests/hub/guard/marking_texts.toml`).",
            "",
        ]
    )


def main(folder: Path) -> None:
    head = DOCUMENT.read_text("utf-8").partition(BEGIN)[0]
    DOCUMENT.write_text(f"{head}{BEGIN}\n\n{table()}\n{figures(folder)}", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
