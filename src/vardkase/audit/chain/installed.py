"""The functions and triggers that guard the log: as this version's migrations install them, and as they are."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from vardkase.audit import migrations
from vardkase.core.sql import cursor

FUNCTION = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?\$\$(.*?)\$\$;", re.DOTALL)
TRIGGER = re.compile(r"CREATE TRIGGER (\w+) .*?\bON (\w+)", re.DOTALL)
SAFE_PATH = ["search_path=pg_catalog, pg_temp"]


def altered() -> list[str]:
    """Names of those that are not there, or not as they were installed."""
    functions, triggers = _shipped()
    executor = cursor()
    there = {
        name: found for name, *found in executor.execute(FUNCTIONS, {"names": list(functions)}).fetchall()
    }
    wrong = {name for name, expected in functions.items() if there.get(name) != [*expected, SAFE_PATH, True]}
    enabled = {(trigger, table) for trigger, table in executor.execute(TRIGGERS).fetchall()}
    return sorted(wrong | {f"{trigger} ({table})" for trigger, table in triggers - enabled})


@cache
def _shipped() -> tuple[dict[str, tuple[str, bool]], frozenset[tuple[str, str]]]:
    # Function → its body, and whether it runs as the owner; and triggers with their tables.
    functions: dict[str, tuple[str, bool]] = {}
    triggers: set[tuple[str, str]] = set()
    for text in _statements():
        for found in FUNCTION.finditer(text):
            functions[found[1]] = (found[2], "SECURITY DEFINER" in found[0].partition("$$")[0])
        triggers |= set(TRIGGER.findall(text))
    return functions, frozenset(triggers)


def _statements() -> Iterator[str]:
    for module in sorted(each.name for each in pkgutil.iter_modules(migrations.__path__)):
        for value in vars(import_module(f"{migrations.__name__}.{module}")).values():
            if isinstance(value, str):
                yield value


# Of another owner, or two of one name: neither is as it was installed.
FUNCTIONS = """
SELECT proname, prosrc, prosecdef, proconfig,
    proowner = (SELECT relowner FROM pg_class WHERE oid = 'public.audit_entry'::regclass)
        AND count(*) OVER (PARTITION BY proname) = 1
FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname = ANY(%(names)s::text[])
"""
# Enabled as they are by default (O), or even more (A).
TRIGGERS = """
SELECT tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = 'public'::regnamespace AND tgenabled IN ('O', 'A') AND p.proname = tgname
"""
