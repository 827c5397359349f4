"""Names in the code use the words of docs/glossary.md."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "vardkase"
METAPHORS = {
    "crossing", "departure", "fate", "fates", "glass", "happening", "happenings", "living", "newcomer", "outlook",
    "sieve", "wishes", "workshop",
}  # fmt: skip
"""Words once used instead of the field's terms, which docs/glossary.md lists."""
DOCUMENTED = 0.34
"""The share of functions with a docstring may fall from here, not rise."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module except migrations, by dotted name below `vardkase`."""
    return {
        ".".join(path.relative_to(SOURCE).with_suffix("").parts): ast.parse(path.read_text())
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts
    }


def functions() -> Iterator[ast.FunctionDef]:
    for tree in modules().values():
        yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def words_of(name: str) -> set[str]:
    """The words of a dotted, snake_case or CamelCase name."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_names_contain_no_metaphors() -> None:
    found = {
        f"{module}: {name}"
        for module, tree in modules().items()
        for name in (
            module,
            *(node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)),
        )
        if words_of(name) & METAPHORS
    }
    assert found == set()


def test_class_names_are_unique_within_a_layer() -> None:
    classes = defaultdict(list)
    for module, tree in modules().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                classes[module.partition(".")[0], node.name].append(module)
    assert {key: where for key, where in classes.items() if len(where) > 1} == {}


def test_api_folders_are_nouns_of_its_urls() -> None:
    """An endpoint is in the folder or module of its noun."""
    invented = {"members", "quality", "contributions", "administration", "exchange"}
    assert not invented & {path.name for path in (SOURCE / "api").iterdir()}


def test_share_of_functions_with_docstring_is_limited() -> None:
    documented = Counter(bool(ast.get_docstring(function)) for function in functions())
    assert documented[True] <= DOCUMENTED * documented.total()


def test_check_splits_names_into_words() -> None:
    assert words_of("exchange.sync.HTTPReply_from") == {"exchange", "sync", "http", "reply", "from"}
    assert words_of("RecordedGlass") & METAPHORS
    assert not words_of("ContentAccess") & METAPHORS
