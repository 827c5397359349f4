"""Problems are values: each has a text in both languages, and no code reads a message to find out what
happened.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Self

import pytest
from django.utils import translation
from django.utils.functional import Promise

from vardkase.core.problems import ProblemCode, all_codes

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "vardkase"
PARAMETER = re.compile(r"%\((\w+)\)s")
WORD = re.compile(r"[A-Za-z]{2,}")
SENTENCE = re.compile(r"[A-Z“\"%].* .* .* .*|.+ .+[.!?:]", re.DOTALL)
"""Four words from a capital on, or two that end a sentence: names of things are shorter."""
READ_OF_LIBRARIES = {
    "vardkase.core.typeset.compiling": "Typst says in words alone that a font has no such character",
    "vardkase.core.documents": "msgspec says in words alone what failed at which place",
}


@cache
def modules() -> Mapping[str, ast.Module]:
    """Every module of the package by dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


@cache
def codes() -> Sequence[ProblemCode]:
    # Codes of packages that have not been imported yet would be missing.
    for name, module in modules().items():
        if any(declares_codes(node) for node in module.body):
            importlib.import_module(name)
    return list(all_codes())


def declares_codes(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "ProblemCode" for base in node.bases)


class Placeholder(int):
    """A parameter that selects a plural form and renders as its own placeholder."""

    name: str

    def __new__(cls, name: str, count: int) -> Self:
        made = super().__new__(cls, count)
        made.name = name
        return made

    def __str__(self) -> str:
        return f"%({self.name})s"


class Placeholders(dict[str, Placeholder]):
    def __init__(self, count: int) -> None:
        self.count = count

    def __missing__(self, name: str) -> Placeholder:
        return Placeholder(name, self.count)


@pytest.mark.parametrize("count", [1, 2])
def test_texts_in_both_languages_and_wire_take_same_parameters(count: int) -> None:
    # One test for all: thousands of separate tests would take a fifth of each worker's start.
    assert [fault for code in codes() for fault in faults_of(code, count)] == []


def faults_of(code: ProblemCode, count: int) -> Iterator[str]:
    texts = {}
    for language in ("sv", "en"):
        with translation.override(language):
            texts[language] = str(code.text % Placeholders(count))

    parameters = set(PARAMETER.findall(texts["en"]))
    words = WORD.search(PARAMETER.sub("", texts["en"]))
    if not texts["sv"]:
        yield f"{code}: no text"
    if words and not isinstance(code.text, Promise):
        yield f"{code}: English only"
    if words and texts["sv"] == texts["en"]:
        yield f"{code}: no Swedish"
    if set(PARAMETER.findall(texts["sv"])) != parameters:
        yield f"{code}: other parameters in Swedish"
    if not set(PARAMETER.findall(code.own_wire)) <= parameters | {"detail"}:
        yield f"{code}: other parameters on the wire"
    if parameters and "%" in PARAMETER.sub("", texts["en"] + code.own_wire).replace("%%", ""):
        yield f"{code}: a percent sign that is no parameter"


def test_codes_are_unique() -> None:
    found = [each.code for each in codes()]

    assert len(found) == len(set(found))


type Names = Mapping[str, str]
"""Name in a module → the sentence that it stands for."""


def is_sentence(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(SENTENCE.fullmatch(node.value))
    )


def sentences_of(module: ast.Module) -> set[str]:
    """The constants of a module that hold a sentence, or a regular expression matching one."""
    found = set()
    for node in module.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if is_sentence(value):
                found.add(name)
    return found


def names_for_sentences(module: ast.Module, by_module: Mapping[str, set[str]]) -> set[str]:
    """As the module writes them: ``TOO_MANY``, or ``caching.TOO_MANY`` of an imported module."""
    found = sentences_of(module)
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                here = each.asname or each.name
                if each.name in by_module.get(node.module or "", ()):
                    found.add(here)
                found |= {f"{here}.{name}" for name in by_module.get(f"{node.module}.{each.name}", ())}
    return found


def sentences_as_keys(module: ast.Module, named: set[str]) -> Iterator[int]:
    """The lines where a dictionary is keyed by a sentence, literally or by a constant's name."""
    for node in ast.walk(module):
        if isinstance(node, ast.Dict):
            for key in node.keys:
                if key is not None and (is_sentence(key) or ast.unparse(key) in named):
                    yield key.lineno


READERS = {
    "startswith",
    "endswith",
    "match",
    "fullmatch",
    "search",
    "get",
    "find",
    "partition",
    "index",
}


def reads_of_text(module: ast.Module) -> Iterator[int]:
    """The lines of `except` branches that decide by the text of the error instead of its class or code."""
    for handler in ast.walk(module):
        if isinstance(handler, ast.ExceptHandler) and handler.name:
            for node in ast.walk(handler):
                if any(has_text_of(each, handler.name) for each in compared(node)):
                    yield node.lineno  # type: ignore[attr-defined]


def compared(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Compare(left=left, comparators=others):
            return [left, *others]
        case ast.Subscript(slice=key):
            return [key]
        case ast.Call(func=ast.Attribute(value=on, attr=name), args=given) if name in READERS:
            return [on, *given]
        case ast.Match(subject=subject):
            return [subject]
    return []


def has_text_of(node: ast.expr, error: str) -> bool:
    texts = {
        f"str({error})",
        f"{error}.wire",
        f"{error}.args[0]",
        f"str({error}.problem)",
        f"{error}.problem.wire",
    }
    # Unparsing every name and constant would take seconds.
    written = (ast.Attribute, ast.Call, ast.Subscript)
    return any(ast.unparse(each) in texts for each in ast.walk(node) if isinstance(each, written))


def texts_for_people(module: ast.Module) -> Iterator[int]:
    """The lines of `except` branches that use an error's text in the reader's language (`str`) instead of
    `wire`.
    """
    ours = {
        each.asname or each.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vardkase")
        for each in node.names
    }
    for handler in ast.walk(module):
        match handler:
            case ast.ExceptHandler(type=ast.expr() as kinds, name=str(error)) if ours & {
                each.id for each in ast.walk(kinds) if isinstance(each, ast.Name)
            }:
                for node in ast.walk(handler):
                    match node:
                        case (
                            ast.Call(func=ast.Name(id="str"), args=[ast.Name(id=said)])
                            | ast.FormattedValue(value=ast.Name(id=said))
                        ) if said == error:
                            yield node.lineno


def test_no_dictionary_is_keyed_by_a_sentence() -> None:
    by_module = {name: sentences_of(module) for name, module in modules().items()}
    found = [
        f"{name}:{line}"
        for name, module in modules().items()
        for line in sentences_as_keys(module, names_for_sentences(module, by_module))
    ]

    assert found == []


def test_no_except_branch_compares_error_texts() -> None:
    found = {name: list(reads_of_text(module)) for name, module in modules().items()}
    reading = {name for name, lines in found.items() if lines}

    assert {name: found[name] for name in reading - READ_OF_LIBRARIES.keys()} == {}
    assert READ_OF_LIBRARIES.keys() - reading == set(), "no longer read"


def test_api_words_errors_for_clients() -> None:
    found = [
        f"{name}:{line}"
        for name, module in modules().items()
        if name.startswith("vardkase.api.")
        for line in texts_for_people(module)
    ]

    assert found == []


def test_checks_find_planted_faults() -> None:
    declares = ast.parse(
        'TOO_MANY = "The other hub has more values than are kept here."\nKIND = "Event info"\n'
    )
    keyed = ast.parse(
        "from hub.caching import TOO_MANY\nfrom hub import caching\n"
        'FIRST = {"Name cannot be empty.": 1, "Content-Type": 2, "Event info": 3}\n'
        "SECOND = {TOO_MANY: 1}\nTHIRD = {caching.TOO_MANY: 1, caching.KIND: 2}\n"
    )
    named = names_for_sentences(keyed, {"hub.caching": sentences_of(declares)})

    assert list(sentences_as_keys(keyed, named)) == [3, 4, 5]

    compares = ast.parse(
        "try:\n    work()\n"
        "except ValueError as error:\n    if str(error) == DUPLICATE: pass\n"
        "except TypeError as error:\n    if str(error).startswith('No'): pass\n"
        "except KeyError as error:\n    words = TEXTS.get(error.wire)\n"
        "except OSError as error:\n    if error.errno == 2: raise Refused(str(error))\n"
    )
    assert list(reads_of_text(compares)) == [4, 6, 8]

    words = ast.parse(
        "from vardkase.core.errors import Invalid\n"
        "try:\n    work()\n"
        "except Invalid as error:\n    raise Refused(str(error), f'no: {error}', error.wire)\n"
        "except ValueError as error:\n    raise Refused(str(error))\n"
    )
    assert list(texts_for_people(words)) == [5, 5]
