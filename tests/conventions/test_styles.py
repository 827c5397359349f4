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


def test_every_class_of_a_template_has_a_style() -> None:
    scripts = "\n".join(path.read_text() for path in (FRONT_END / "src").rglob("*.ts"))
    known = classes() | set(re.findall(r"""[.'"`]([a-z][a-z-]*)['"`]""", scripts))
    used = {name for path in WEB.rglob("*.html") for name in classes_in(path.read_text())}
    assert used - known == set()


def classes_in(template: str) -> set[str]:
    """Class names that stand whole in a template: of attributes, and of the tags that take some as `css`."""
    without = re.sub(r"\{%-?\s*(?:if|elif|else|endif|for|endfor)\b.*?%\}", " ", template, flags=re.DOTALL)
    without = re.sub(r"\{\{.*?\}\}", "{}", without, flags=re.DOTALL)
    attributes = re.findall(r"""\b(?:class|css)=(["'])(.*?)\1""", without, flags=re.DOTALL)
    return {word for _quote, names in attributes for word in names.split() if "{" not in word}
