"""Translations: gathers every message of code and templates into the Swedish catalogue.

    python tools/messages.py            add new messages, keep translations, drop what is no longer used
    python tools/messages.py --check    only list what has no Swedish yet (exit code 1 if anything)
    python tools/messages.py --from f   also take translations from a file: English, tab, Swedish on each line;
                                        a message with a context keeps what it has

Needs no gettext on the machine: Django turns a template into Python-like text, Babel reads the calls in it.
The catalogue has no line numbers and is sorted, so that two branches seldom touch the same lines.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "vardkase"
SWEDISH = SOURCE / "locale" / "sv" / "LC_MESSAGES" / "django.po"
SIMPLE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
KEYWORDS = SIMPLE | PLURAL | CONTEXT | CONTEXT_PLURAL

LITERAL = r"""(?:u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*")"""
CALL = re.compile(rf"\b(?P<function>_|n?p?gettext)\((?P<arguments>{LITERAL}(?:\s*,\s*{LITERAL})*)")

type Found = tuple[str | None, str | tuple[str, str]]
"""Context, and the message or its singular and plural."""


def messages() -> set[Found]:
    """Every message used in code and templates."""
    return {found for path in _sources() for found in _in_file(path)}


def _sources() -> list[Path]:
    return sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.glob("web/**/templates/**/*.txt")])


def _in_file(path: Path) -> Iterator[Found]:
    text = path.read_text()
    code = text if path.suffix == ".py" else _calls_in_template(text, path)
    for _line, function, arguments, _comments in extract_python(
        BytesIO(code.encode()), list(KEYWORDS), [], {}
    ):
        parts = list(arguments) if isinstance(arguments, tuple | list) else [arguments]
        if (found := _message(function, parts)) is not None:
            yield found


def _calls_in_template(text: str, path: Path) -> str:
    """The calls that the template's messages amount to, one a line: the rest of a template is no Python."""
    found = CALL.finditer(templatize(text, origin=str(path)))
    return "\n".join(f"{match['function']}({match['arguments'].rstrip(', ')})" for match in found)


def _message(function: str, parts: list[str | None]) -> Found | None:
    """The message of one call; None when its text is not a literal."""
    context = parts.pop(0) if function in CONTEXT | CONTEXT_PLURAL else None
    wanted = 2 if function in PLURAL | CONTEXT_PLURAL else 1
    texts = [part for part in parts[:wanted] if part]
    if len(texts) < wanted:
        return None
    return (context, texts[0]) if wanted == 1 else (context, (texts[0], texts[1]))


def catalogue() -> Catalog:
    """The Swedish catalogue as it stands in the checkout."""
    if not SWEDISH.exists():
        return empty_catalogue()
    with SWEDISH.open("rb") as source:
        return read_po(source, locale="sv")


def empty_catalogue() -> Catalog:
    """A catalogue whose head never changes, so that two branches do not differ by the time of day."""
    began = datetime(2026, 11, 25, tzinfo=UTC)
    return Catalog(
        locale="sv",
        project="Vårdkase",
        version="1",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="sv",
        header_comment="# Swedish texts of Vårdkase. Kept by tools/messages.py.",
        creation_date=began,
        revision_date=began,
        fuzzy=False,
    )


def untranslated() -> list[str]:
    """Messages that are used and have no Swedish, sorted."""
    swedish = catalogue()
    missing = [text for context, text in messages() if not _translation(swedish, text, context)]
    return sorted(_key(text) for text in missing)


def _key(text: str | tuple[str, str]) -> str:
    return text if isinstance(text, str) else text[0]


def _translation(swedish: Catalog, text: str | tuple[str, str], context: str | None) -> Any:
    """The Swedish of a message; None if any of it is missing."""
    message = swedish.get(_key(text), context)
    # A catalogue has one entry per text, so a text used both with and without a plural lacks one of them.
    if message is None or message.fuzzy or message.pluralizable == isinstance(text, str):
        return None
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return message.string if all(forms) else None


def update(given: dict[str, str]) -> None:
    """Write the catalogue anew from what is used, with the translations there are and those `given`."""
    old, new = catalogue(), empty_catalogue()
    for context, text in messages():
        swedish = _translation(old, text, context)
        told = _given(text, given) if context is None or swedish is None else None
        new.add(text, told or swedish, context=context)
    SWEDISH.parent.mkdir(parents=True, exist_ok=True)
    with SWEDISH.open("wb") as target:
        write_po(target, new, sort_output=True, omit_header=False, include_lineno=False, width=110)


def _given(text: str | tuple[str, str], given: dict[str, str]) -> str | tuple[str, ...] | None:
    """The translation in `given`; a plural needs one for each of its two forms."""
    if isinstance(text, str):
        return given.get(text)
    forms = tuple(given.get(form, "") for form in text)
    return forms if all(forms) else None


def read_given(arguments: list[str]) -> dict[str, str]:
    """The translations of the file after --from, if there is one."""
    if "--from" not in arguments:
        return {}
    lines = Path(arguments[arguments.index("--from") + 1]).read_text().splitlines()
    return dict(line.split("\t", 1) for line in lines if "\t" in line)


def main(arguments: list[str]) -> int:
    """Entry of the command line."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    if "--check" not in arguments:
        update(read_given(arguments))
    missing = untranslated()
    lines = [
        f"{len(messages())} messages, {len(missing)} without Swedish",
        *(f"  {text}" for text in missing),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if missing and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
