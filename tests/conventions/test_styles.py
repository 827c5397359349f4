"""CSS class names are words, and each is used."""

from __future__ import annotations

import re
from pathlib import Path

import vardkase.web

WEB = Path(vardkase.web.__file__).parent
FRONT_END = Path(__file__).parents[2] / "frontend"
SHORT_WORDS = {
    *(
        "api",
        "as",
        "bad",
        "bar",
        "big",
        "dot",
        "eye",
        "faq",
        "hit",
        "key",
        "lit",
        "no",
        "now",
        "off",
        "ok",
        "on",
        "one",
    ),
    *("or", "qr", "row", "six", "sub", "tag", "tlp", "top", "two", "why"),
}


def classes() -> set[str]:
    sheets = "\n".join(path.read_text() for path in (FRONT_END / "styles").glob("*.css"))
    without = re.sub(r'/\*.*?\*/|"[^"]*"|url\([^)]*\)', "", sheets, flags=re.DOTALL)
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", without))


def test_class_names_are_words() -> None:
    first = {name.partition("-")[0] for name in classes()}
    assert {word for word in first if len(word) <= 3} <= SHORT_WORDS


def test_every_class_is_used() -> None:
    folders = (
        (WEB, "*.html"),
        (WEB, "*.py"),
        (WEB / "static" / "drawings", "*.svg"),
        (FRONT_END / "src", "*.*"),
    )
    sources = "\n".join(path.read_text() for folder, kind in folders for path in folder.rglob(kind))
    words = set(re.findall(r"[\w-]+", sources))
    # The end of some names is computed: `pill-{}`, `swatch-{{ token }}`.
    computed = set(re.findall(r"([a-z]+-)\{", sources))
    assert {
        name for name in classes() if name not in words and f"{name.partition('-')[0]}-" not in computed
    } == set()
