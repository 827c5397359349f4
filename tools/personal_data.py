"""`python -m tools.personal_data [FOLDER]`: how well personal data are detected, and how fast (docs/personal-data.md).

On the seeded corpus of the tests, and on the MISP events (JSON) below FOLDER, or $VARDKASE_PUBLISHED_EVENTS.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.intel.personal_data.corpus import OFFENCES, corpus
from vardkase.cli.demo.published import PUBLISHED_EVENTS
from vardkase.intel.personal_data.detection import in_text, marks_in_attribute, marks_of
from vardkase.intel.personal_data.kinds import KIND_OF_TYPE, PersonalDataKind


@dataclass(slots=True)
class Measured:
    """Of one kind: marks that are right, marks that are wrong, and what was not marked."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / ((self.right + self.wrong) or 1)

    @property
    def recall(self) -> float:
        return self.right / ((self.right + self.missed) or 1)


def measured(failures: Counter[str] | None = None) -> dict[PersonalDataKind, Measured]:
    """On the corpus; a mark is right if it is of the kind and overlaps what it should."""
    kinds: dict[PersonalDataKind, Measured] = {}
    for sentence in corpus():
        hit = False
        for found in in_text(sentence.text):
            is_right = (
                found.kind is sentence.kind and found.start < sentence.end and sentence.start < found.end
            )
            hit |= is_right
            result = kinds.setdefault(found.kind, Measured())
            result.right += is_right
            result.wrong += not is_right
            if not is_right and failures is not None:
                failures[f"wrong {found.kind}: {sentence.template}"] += 1
        if sentence.kind is not None and not hit:
            kinds.setdefault(sentence.kind, Measured()).missed += 1
            if failures is not None:
                failures[f"missed {sentence.kind}: {sentence.template}"] += 1
    return kinds


def measured_offences() -> Measured:
    result = Measured()
    for text, expected in OFFENCES:
        said = any(mark.is_offence for mark in marks_of(text, in_text(text)))
        result.right += said and expected
        result.wrong += said and not expected
        result.missed += expected and not said
    return result


@dataclass(slots=True)
class RealEvents:
    attributes: int
    seconds: float
    marks: Counter[tuple[str, str]]
    """Kind, and where: `type` for values of a type of personal data, `text` for what was found in texts."""
    offences: int
    samples: dict[tuple[str, str], list[str]]


def of_real_events(folder: Path) -> RealEvents:
    attributes = [each for path in sorted(folder.rglob("*.json")) for each in _attributes(path)]
    result = RealEvents(len(attributes), 0, Counter(), 0, {})
    started = time.perf_counter()
    every = [marks_in_attribute(*each) for each in attributes]
    result.seconds = time.perf_counter() - started
    for (type_, value, comment), (in_value, in_comment) in zip(attributes, every, strict=True):
        for text, marks in ((value, in_value), (comment, in_comment)):
            for mark in marks:
                found = mark.found
                by_type = text is value and KIND_OF_TYPE.get(type_) is found.kind
                place = (found.kind.value, "type" if by_type else "text")
                result.marks[place] += 1
                result.offences += mark.is_offence
                result.samples.setdefault(place, []).append(f"[{type_}] {text[found.start : found.end]}")
    return result


def _attributes(path: Path) -> Iterator[tuple[str, str, str]]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        print(f"{path.name} is not JSON: {error}", file=sys.stderr)
        return
    for event in _events(document):
        objects = event.get("Object") or []
        for attribute in (event.get("Attribute") or []) + [
            each for part in objects for each in part.get("Attribute") or []
        ]:
            yield attribute["type"], str(attribute["value"]), attribute.get("comment") or ""


def _events(document: Any) -> Iterator[dict[str, Any]]:
    for each in document if isinstance(document, list) else document.get("response", [document]):
        if isinstance(event := each.get("Event", each), dict) and "info" in event:
            yield event


def main() -> None:
    failures: Counter[str] = Counter()
    print("| kind | precision | recall | sentences |\n|---|---|---|---|")
    for kind, result in sorted(measured(failures).items()):
        count = result.right + result.missed
        print(f"| {kind.value} | {result.precision:.3f} | {result.recall:.3f} | {count} |")
    offences = measured_offences()
    print(
        f"| offence | {offences.precision:.3f} | {offences.recall:.3f} | {offences.right + offences.missed} |"
    )
    for failure, count in failures.most_common(40):
        print(f"{count:6}  {failure}")
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get(PUBLISHED_EVENTS)
    if folder:
        real = of_real_events(Path(folder))
        print(f"\n{real.attributes} attributes, {real.seconds / real.attributes * 1e6:.1f} µs each")
        for (kind_name, where), count in sorted(real.marks.items()):
            print(f"| {kind_name} | {where} | {count} |")
        print(f"| offence | | {real.offences} |")
        if "--samples" in sys.argv:
            for place, texts in real.samples.items():
                print(place, *texts[:25], sep="\n    ")


if __name__ == "__main__":
    main()
