"""Sandbox program that parses, tags and compiles user-written YARA rules.

The only module that knows plyara and libyara, one of them in C. Only the process that starts sandboxes
(`vardkase.core.sandbox`) imports it; it does not use Django.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import yara
from plyara import Plyara
from plyara.exceptions import ParseTypeError, ParseValueError

from vardkase.formats.yara.generated import meta_lines

ORIGIN = "Loaded as-is from a Yara attribute. Some comments may have been removed by parser."
RESERVED = "MISP_"
"""How the names of generated rules begin."""
REPAIRS = (("\u201d", '"'), ("\u201c", '"'), ("\u2033", '"'), ("\u00a0", " "), ("\r", ""))
"""Characters that word processors and web pages put into rules."""
OPENING = re.compile(r"^(\s*)Rule\b", re.MULTILINE)
NOT_ONE = "It holds no rule."

type Rule = dict[str, Any]


def open_job(_arguments: dict[str, Any]) -> _Reader:
    return _Reader()


class _Reader:
    """Answers each attribute (JSON: text, uuid, event_uuid, event_info) with its rules as exported.

    The answer is ``{"value", "comment", "valid", "names"}``. A document ``{"names": […]}`` registers names
    that are taken, and gets no answer.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def __call__(self, document: bytes) -> Iterator[bytes]:
        request = json.loads(document)
        if "names" in request:
            self._taken.update(request["names"])
            return
        try:
            answer = self._exported(request)
        except (yara.Error, ParseTypeError, ParseValueError, _Unfit, RecursionError) as error:
            reason = " ".join(str(error).split())[:300]
            answer = {
                "value": request["text"],
                "comment": f"Not valid: {reason}",
                "valid": False,
                "names": [],
            }
        yield json.dumps(answer).encode()

    def _exported(self, request: Mapping[str, str]) -> dict[str, Any]:
        rules, repaired = _parsed_or_repaired(request["text"])
        # Old name → new name, where another rule has the name or it is reserved for generated rules.
        tail = request["uuid"].replace("-", "_")
        renamed = {
            name: f"as_is_{name[:80]}_{tail}"
            for name in (rule["rule_name"] for rule in rules)
            if name in self._taken or name.startswith(RESERVED)
        }
        unscoped = any("global" in rule.get("scopes", ()) for rule in rules)
        meta = (
            ("MISP_EVENT_INFO", request["event_info"]),
            ("MISP_EVENT_UUID", request["event_uuid"]),
            ("MISP_ORIGIN", ORIGIN),
            ("MISP_UUID", f"{request['uuid']} (yara)"),
        )
        value = "\n".join(_rendered(rule, renamed, meta) for rule in rules)
        # Compiled as exported: a rule that parses may still be refused by YARA, and with it the whole file.
        yara.compile(source=value, includes=False)
        names: list[str] = [renamed.get(name, name) for name in (rule["rule_name"] for rule in rules)]
        self._taken.update(names)
        possible = (("repaired", repaired), ("renamed", bool(renamed)), ("no longer global", unscoped))
        changes = ", ".join(word for word, is_true in possible if is_true)
        comment = "Loaded from source. " + (f"Auto-repaired: {changes}. " if changes else "")
        return {"value": value, "comment": comment, "valid": True, "names": names}


class _Unfit(Exception):
    """Not a rule, or one that reads other files."""


def _parsed_or_repaired(text: str) -> tuple[list[Rule], bool]:
    """The rules of a text, and whether it had to be repaired first."""
    try:
        return _rules(text), False
    except (ParseTypeError, ParseValueError, _Unfit):
        repaired = OPENING.sub(r"\1rule", text)
        for broken, whole in REPAIRS:
            repaired = repaired.replace(broken, whole)
        if repaired == text:
            raise
        return _rules(repaired), True


class _Parser:
    """Reads one text after the other. plyara would build its tables for each, 25 ms for a rule of three lines."""

    def __init__(self) -> None:
        self._plyara: Any = Plyara()
        self._lexer = self._plyara.lexer
        kept = ("lexer", "parser")
        self._blank = {name: value for name, value in vars(self._plyara).items() if name not in kept}

    def rules_of(self, text: str) -> list[Rule]:
        """The rules of a text, with nothing left of those before."""
        # plyara keeps the rules, imports and errors of earlier texts in its attributes.
        self._plyara.__dict__.update(deepcopy(self._blank))
        self._plyara.lexer = self._lexer.clone()
        self._plyara.lexer.lexstatestack = []
        rules: list[Rule] = self._plyara.parse_string(text)
        return rules


_parser = _Parser()
"""Created before the sandbox processes are forked, so that each has it."""


def _rules(text: str) -> list[Rule]:
    rules = _parser.rules_of(text)
    if not rules:
        raise _Unfit(NOT_ONE)
    if any("includes" in rule for rule in rules):
        raise _Unfit("It includes another file.")
    return rules


def _rendered(rule: Rule, renamed: Mapping[str, str], meta: Sequence[tuple[str, str]]) -> str:
    """One rule in MISP's layout. A global rule would decide over all others in the file, so the modifier is
    dropped."""
    imports = "\n".join(f'import "{module}"' for module in rule.get("imports", ()))
    scope = "private " if "private" in rule.get("scopes", ()) else ""
    tags = " ".join(dict.fromkeys((*rule.get("tags", ()), "as_is", "valid")))
    name = renamed.get(rule["rule_name"], rule["rule_name"])
    own = "".join(
        f"\n\t\t{key} = {_meta_value(value)}"
        for entry in rule.get("metadata", ())
        for key, value in entry.items()
    )
    strings = ""
    for string in rule.get("strings", ()):
        # plyara keeps the marks of expressions and bytes, and takes off those of texts.
        value = f'"{string["value"]}"' if string["type"] == "text" else string["value"]
        strings += f"\n\t\t{string['name']} = {value} {' '.join(string.get('modifiers', ()))}"
    return (
        f"\n{imports}\n{scope}rule {name} : {tags}\n{{\n\tmeta:{meta_lines(meta)}{own}"
        + (f"\n\tstrings:{strings}" if strings else "")
        + f"\n\tcondition:\n\t\t{_condition(rule, renamed)}\n}}"
    )


def _meta_value(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _condition(rule: Rule, renamed: Mapping[str, str]) -> str:
    terms: list[str] = rule["condition_terms"]
    if renamed.keys().isdisjoint(terms):
        raw: str = rule["raw_condition"]
        return raw.partition(":")[2].strip()
    # Only then, because joined terms lose the layout and comments of the original.
    return " ".join(renamed.get(term, term) for term in terms)
