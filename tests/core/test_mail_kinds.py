"""Mail kinds as text files: what a file may contain, and how facts are filled in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import gettext_lazy

from vardkase.core.mail.composing import composed
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Table, in_words
from vardkase.core.mail.kinds import (
    LANGUAGES,
    MailFileError,
    MailKind,
    add_folder,
    all_kinds,
    kind_named,
    read_kind,
)
from vardkase.core.mail.notify import notify

HEADER = """+++
describes = "When a test runs."
subject = "About {name}"

[variables]
name = { description = "Who", sample = "Ada" }
"""


def written(folder: Path, header: str = HEADER, body: str = "Hello {name}", **other: str) -> MailKind:
    """A kind with the same file in both languages, unless `other` has one for a language."""
    files = {language: folder / f"test_file.{language}.md" for language in LANGUAGES}
    for language, path in files.items():
        path.write_text(other.get(language, f"{header}+++\n\n{body}\n"), encoding="utf-8")
    return read_kind("test_file", files)


def with_variable(line: str) -> str:
    return f"{HEADER}{line}\n"


def text_of(kind: MailKind, language: str = "en", **facts: Any) -> str:
    return composed(kind, language, {"name": "Ada", **facts}, "CERT-SE").content.text.partition("\n-- \n")[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kind", [each for each in all_kinds() if not each.is_letter], ids=lambda each: each.name
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_value_for_every_placeholder(kind: MailKind, language: str) -> None:
    facts = kind.texts[language].samples
    if kind.without_key:
        facts |= kind_named(kind.without_key).texts[language].samples
    mail = composed(kind, language, facts, "CERT-SE").content
    whole = (mail.subject, mail.secret_subject, mail.text, mail.open_subject, mail.open_text or "")
    assert mail.subject.strip()
    for part in (*whole, mail.html.partition("<body")[2].partition(">")[2]):
        assert "{" not in part
        assert "}" not in part


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda each: each.name)
def test_every_kind_describes_its_use_and_variables(kind: MailKind) -> None:
    for text in kind.texts.values():
        assert text.describes.strip()
        assert all(variable.description.strip() for variable in text.variables.values())
    swedish, english = (kind.texts[language] for language in LANGUAGES)
    assert (swedish.describes, swedish.body) != (english.describes, english.body)
    for name, variable in swedish.variables.items():
        other = english.variables[name]
        assert variable.choices.keys() == other.choices.keys(), name
        assert (bool(variable.one), len(variable.columns), variable.private) == (
            bool(other.one), len(other.columns), other.private,
        ), name  # fmt: skip


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda each: each.name)
def test_substitute_without_a_key_is_a_plain_kind(kind: MailKind) -> None:
    if kind.without_key:
        brief = kind_named(kind.without_key)
        assert not brief.is_correspondence
        assert brief.without_key == ""


@pytest.mark.parametrize(
    ("header", "body", "fault"),
    [
        (HEADER, "Hello {nobody}", "no variable nobody"),
        (HEADER.replace("About {name}", "About {nobody}"), "Hello", "no variable nobody"),
        (HEADER.replace("subject", "heading"), "Hello", "heading"),
        (HEADER.replace("sample", "example"), "Hello", "example"),
        (HEADER.replace("describes = ", ""), "Hello", "test_file"),
        (HEADER.replace(', sample = "Ada"', ""), "Hello", "sample"),
        (HEADER.replace(' }', ", private = true }"), "Hello", "private"),
        (HEADER.replace("name", "link"), "Hello", "private"),
        (HEADER.replace("+++", "---"), "Hello", "no header"),
    ],
)  # fmt: skip
def test_invalid_file_is_refused(tmp_path: Path, header: str, body: str, fault: str) -> None:
    with pytest.raises(MailFileError, match=fault):
        written(tmp_path, header, body)


def test_kind_needs_both_languages_with_equal_headers(tmp_path: Path) -> None:
    kind = written(tmp_path)
    with pytest.raises(MailFileError, match="sv, en"):
        read_kind("test_file", {"sv": tmp_path / "test_file.sv.md"})
    with pytest.raises(MailFileError, match="different headers"):
        written(
            tmp_path, en=f"{with_variable('more = { description = "More", sample = "x" }')}+++\n\nHello\n"
        )
    with pytest.raises(MailFileError, match="different headers"):
        written(tmp_path, en=f"{HEADER.replace('subject', 'letter = true\nsubject')}+++\n\nHello\n")
    assert kind.unknown("{name} {nobody}") == ["nobody"]


def test_duplicate_kind_is_refused(tmp_path: Path) -> None:
    for language in LANGUAGES:
        (tmp_path / f"account_changed.{language}.md").write_text(f"{HEADER}+++\n\nHello {{name}}\n")
    with pytest.raises(MailFileError, match="twice"):
        add_folder(tmp_path)


@pytest.mark.django_db
def test_line_of_an_empty_fact_is_removed(tmp_path: Path) -> None:
    kind = written(
        tmp_path,
        with_variable('note = { description = "A note", sample = "x" }'),
        "Hello\n\nNote: {note}\n\nBye",
    )
    assert text_of(kind, note="") == "Hello\n\nBye\n"
    assert text_of(kind, note="now") == "Hello\n\nNote: now\n\nBye\n"


@pytest.mark.django_db
def test_lists_become_lines_and_values_are_escaped(tmp_path: Path) -> None:
    lines = with_variable('items = { description = "Items", sample = ["x"] }')
    kind = written(tmp_path, lines, "All of {items}:\n\n- {items}\n")
    assert text_of(kind, items=["*a*", "b"]) == "All of *a*, b:\n\n– *a*\n– b\n"
    html = composed(kind, "en", {"name": "Ada", "items": ["*a*", "<b>"]}, "CERT-SE").content.html
    assert "<li>*a*</li>" in html
    assert "<li>&lt;b&gt;</li>" in html


@pytest.mark.django_db
def test_tables_are_rendered(tmp_path: Path) -> None:
    lines = with_variable(
        'rows = { description = "Rows", columns = ["Type", "Value"], sample = [["a", "b"]] }'
    )
    kind = written(tmp_path, lines, "Before\n\n{rows}\n\nAfter")
    rows = [("ip-dst", "1 | {name}"), ("domain", gettext_lazy("Yes"))]
    assert text_of(kind, rows=rows) == "Before\n\nType  Value\nip-dst  1 | {name}\ndomain  Yes\n\nAfter\n"
    assert (
        "<td>1 | {name}</td>" in composed(kind, "en", {"name": "Ada", "rows": rows}, "CERT-SE").content.html
    )
    assert text_of(kind, rows=[]) == "Before\n\nAfter\n"
    words = in_words(kind, kind.texts["sv"], "sv", {"name": "Ada", "rows": rows})["rows"]
    assert isinstance(words, Table)
    assert words.rows[1][1] == "Ja", "a lazy text is translated for the recipient"


@pytest.mark.django_db
def test_codes_numbers_and_dates_are_localised(tmp_path: Path) -> None:
    lines = with_variable(
        'count = { description = "Count", sample = 2, one = "{n} event", other = "{n} events" }\n'
        'state = { description = "State", sample = "a", choices = { a = "open", b = "closed" } }\n'
        'day = { description = "Day", sample = "x" }\ntime = { description = "Time", sample = "x" }\n'
        'own = { description = "Text by language", sample = "x" }'
    )
    kind = written(tmp_path, lines, "{count}, {state}, {day}, {time}, {own}")
    facts = {
        "count": 1, "state": "b", "day": date(2026, 12, 1), "time": datetime(2026, 12, 1, 12, 5, tzinfo=UTC),
        "own": {"sv": "vår", "en": "ours"},
    }  # fmt: skip
    assert text_of(kind, **facts) == "1 event, closed, 1 December 2026, 1 December 2026 at 13:05, ours\n"
    swedish = text_of(kind, "sv", **facts)
    assert "1 december 2026 kl. 13.05, vår" in swedish
    assert "2 events" in text_of(kind, **{**facts, "count": 2})
    with pytest.raises(ValueError, match="no words for state"):
        text_of(kind, **{**facts, "state": "c"})


@pytest.mark.django_db
def test_unknown_kind_raises_value_error() -> None:
    with pytest.raises(ValueError, match="no kind of mail unheard_of"):
        notify("unheard_of", None, [Recipient("ada@a.example")], {})
