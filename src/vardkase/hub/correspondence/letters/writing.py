"""Writing letters: typeset, numbered, stored."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override, pgettext

from vardkase.audit.services import AuditActor, Target, record
from vardkase.core import typeset
from vardkase.core.clock import today
from vardkase.core.mail.kinds import MailKind, find
from vardkase.core.mail.rendering import as_text, filled, laid_out
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import CaseAction
from vardkase.hub.correspondence.hooks import LetterWritten, letter_written
from vardkase.hub.correspondence.letters.blocks import Block, blocks
from vardkase.hub.correspondence.letters.handling import not_disposed
from vardkase.hub.correspondence.letters.wording import left_out_sections, require_ready
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.correspondence.settings import SENDER_ADDRESS
from vardkase.hub.correspondence.templates import carried_sections, composed
from vardkase.hub.problems import HubProblem
from vardkase.hub.signatures.signing import require_can_sign, signed_letter

TEMPLATE = Path(__file__).with_name("sheet.typ")
SWEDISH = "sv"
SECTIONS = "sections"
"""In `Letter.contents`: the sections that stood in the letter when it was written."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The content and recipient of a letter.

    `number` is the case's. `facts` and `signatures` are by language. `translated`: an English translation
    follows on a separate page.
    """

    kind: str
    number: str
    sender: str
    address: Sequence[str]
    facts: Mapping[str, Mapping[str, str]]
    signatures: Mapping[str, Sequence[str]]
    translated: bool = False
    registry_number: str = ""
    """The number of the case in the deciding authority's own registry (diarienummer)."""
    correction: Mapping[str, str] = field(default_factory=dict)
    """For a corrected copy, what was corrected, by language: it stands above the text."""
    first_dated: str = ""
    """Of a corrected copy, the day of the first letter (ISO 8601): its date, from which periods are counted."""
    reached_at: str = ""
    """Where the sender is reached, on one line, if it is another authority than the hub owner."""
    without: Sequence[str] = ()
    """Sections of its kind that this letter does not have."""


def typeset_for_file(contents: Contents, *, is_own: bool = True) -> bytes:
    """The letter as PDF, for a case whose file keeps its documents itself; it takes no number of its own. `is_own`:
    of the hub owner, for whom alone the hub signs.

    Raises Conflict if it must be signed electronically and cannot be.
    """
    content = _typeset(contents, _kind(contents.kind), contents.number, today(), is_draft=False)
    return signed_letter(content) if is_own else content


def preview(contents: Contents) -> bytes:
    """The letter as PDF, marked as a draft and not stored."""
    return _typeset(contents, _kind(contents.kind), f"{contents.number}:–", today(), is_draft=True)


@transaction.atomic
def write(actor: AuditActor, contents: Contents, about: Target, corrects: Letter | None = None) -> Letter:
    """Typeset a letter, assign the next number of its case, and store its bytes; it can never be changed.

    Raises Conflict for a decision while it is not settled who decides, on what it rests, or where to appeal, and for
    any letter that must be signed electronically and cannot be.
    """
    kind = _kind(contents.kind)
    require_ready(kind)
    require_can_sign()
    # The first letter of a case has no row to lock; two written at once would take the same number.
    cursor().execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"letter {contents.number}",))
    number = (
        f"{contents.number}:{Letter.objects.filter(number__startswith=f'{contents.number}:').count() + 1}"
    )
    content = signed_letter(_typeset(contents, kind, number, today(), is_draft=False))
    without = left_out_sections().union(contents.without)
    text = composed(kind, [SWEDISH], without=without)[SWEDISH]
    kept = Letter.objects.create(
        number=number,
        kind=kind.name,
        version=text.version,
        title=filled(text.subject, contents.facts[SWEDISH])[:255],
        thing_kind=about.kind,
        thing_id=about.id or 0,
        signed_by=", ".join(contents.signatures[SWEDISH])[:255],
        content=content,
        # Also in the audit log below: a replaced file would show.
        sha256=hashlib.sha256(content).hexdigest(),
        contents=asdict(contents)
        | {"without": sorted(contents.without), SECTIONS: carried_sections(kind, SWEDISH, without)},
        corrects=corrects,
    )
    target = Target("letter", kept.pk, title=str(kept))
    record(actor, CaseAction.LETTER_WRITTEN, target, {"sha256": kept.sha256, "about": about.title})
    words = as_text(*laid_out(text.body, contents.facts[SWEDISH]))
    letter_written.emit(LetterWritten(kept, actor, next(iter(contents.address), ""), words))
    return kept


def carries(letter: Letter, section: str) -> bool:
    """Whether a section stood in the letter when it was written; False for letters from before that was kept."""
    return section in (letter.contents or {}).get(SECTIONS, ())


def letters_about(kind: str, thing_id: int) -> list[Letter]:
    found = Letter.objects.filter(thing_kind=kind, thing_id=thing_id)
    return list(found.order_by("pk").defer("content"))


def letter_about(kind: str, thing_id: int, number: str) -> Letter:
    """Raises NotFound, and Conflict for one that was disposed of."""
    rows = Letter.objects.filter(thing_kind=kind, thing_id=thing_id, number=number.replace("\0", ""))
    return not_disposed(first_or_not_found(rows, HubProblem.NO_SUCH_LETTER()))


def _typeset(contents: Contents, kind: MailKind, number: str, day: date, *, is_draft: bool) -> bytes:
    # The language of authorities is Swedish (10 § språklagen): a translation follows it, and does not
    # replace it.
    languages = [SWEDISH, *(["en"] if contents.translated else [])]
    pages = [_page(contents, kind, number, day, language) for language in languages]
    data = {
        "sender": contents.sender,
        "reached_at": contents.reached_at or SENDER_ADDRESS.value,
        "number": number,
        "address": list(contents.address),
        "pages": pages,
        "draft": is_draft,
    }
    return typeset.pdf(TEMPLATE, data, language=SWEDISH, pool=typeset.records)


def _page(contents: Contents, kind: MailKind, number: str, day: date, language: str) -> dict[str, Any]:
    without = left_out_sections().union(contents.without)
    text = composed(kind, [language], without=without)[language]
    facts = contents.facts[language]
    with override(language):
        return {
            "language": language,
            "title": filled(text.subject, facts),
            "meta": [[gettext("Date"), _dated(contents, day)], *_references(contents, number)],
            "blocks": [*_correction(contents, language), *blocks(text.body, facts)],
            "signatures": list(contents.signatures[language]),
            "draft": gettext("Draft: not sent"),
            "note": ""
            if language == SWEDISH
            else gettext("This is a translation. The Swedish text applies."),
        }


def _dated(contents: Contents, day: date) -> str:
    if not contents.first_dated:
        return formatted(day, "j F Y")
    first = date.fromisoformat(contents.first_dated)
    days = {"first": formatted(first, "j F Y"), "corrected": formatted(day, "j F Y")}
    return gettext("%(first)s, corrected on %(corrected)s") % days


def _correction(contents: Contents, language: str) -> list[Block]:
    words = contents.correction.get(language, "")
    return blocks("{correction}", {"correction": words}) if words else []


def _references(contents: Contents, number: str) -> list[list[str]]:
    registered = (
        [[gettext("Case reference number"), contents.registry_number]] if contents.registry_number else []
    )
    return [*registered, [pgettext("head of a letter", "Case"), number]]


def _kind(name: str) -> MailKind:
    kind = find(name)
    if kind is None or not kind.is_letter:
        raise ValueError(f"there is no kind of letter {name}")
    return kind
