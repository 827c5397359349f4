"""The report of a move or of a comparison as PDF, in either language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext, override

from vardkase.core.errors import NotFound
from vardkase.core.mail.kinds import LANGUAGES
from vardkase.core.mail.settings import SENDER_NAME
from vardkase.core.typeset import pdf, records
from vardkase.hub.move_in.report import compared_events
from vardkase.hub.move_in.wording import NOT_OVER_API, ONLY_CHANGED
from vardkase.hub.signatures.signing import signed

TEMPLATE = Path(__file__).with_name("report.typ")

type Entry = Mapping[str, Any]


def report_pdf(report: Mapping[str, Any], language: str) -> bytes:
    """`report` as it was signed (`report.signed`). Raises NotFound for another language than "sv" and "en"."""
    if language not in LANGUAGES:
        raise NotFound
    with override(language):
        told = _comparison(report) if "differences" in report else _move(report)
        signature = report.get("signature") or {}
        data = {
            "sender": SENDER_NAME.value or "Vårdkase",
            "meta": [[gettext("Printed"), date_format(localtime(), "j F Y H:i")]],
            **told,
        }
        if signature:
            text = gettext(
                "The JSON of this report is signed with the audit log’s key %(key)s: %(signature)s"
            )
            named = {"key": signature.get("key"), "signature": signature.get("signature")}
            data["sections"].append(_section(gettext("Signature"), entries=[_entry("", text % named)]))
    return signed(pdf(TEMPLATE, data, language=language, pool=records))


def _move(report: Mapping[str, Any]) -> dict[str, Any]:
    source = report["source"]
    urgent = [entry for entry in report["left_out"] if entry.get("before_switch_on")]
    others = [entry for entry in report["left_out"] if not entry.get("before_switch_on")]
    left_out = (
        (gettext("To do before anything is switched on"), urgent),
        (gettext("Left out, and why"), others),
    )
    number, kind = gettext("Count"), gettext("What")
    sections = [
        *(_section(heading, entries=map(_left_out, entries)) for heading, entries in left_out if entries),
        _counted(gettext("Taken over"), report["taken"]),
        _section(
            gettext("Not moved, because there is nothing to take over"),
            [number, gettext("Table"), gettext("Why")],
            [[_number(each["count"]), each["table"], _reason(each)] for each in report["not_moved"]],
        ),
        _counted(gettext("Tables that this hub does not know"), report["unread"]),
        _counted(gettext("Rows with bytes that are no text, which were replaced"), report["repaired"]),
        _section(
            gettext("Was on in MISP and is off here, until it is switched on"),
            [gettext("Number"), kind],
            [[str(each["id"] or ""), _switched_off(each)] for each in report["switched_off"]],
        ),
    ]
    intro = gettext("From %(misp)s (database schema %(schema)s).")
    if source.get("digest"):
        intro += " " + gettext("SHA-256 of the dump: %(digest)s.")
    if (compared := compared_events(report)) is not None:
        intro += " " + gettext(ONLY_CHANGED) % {"number": _number(compared)}
    return {
        "title": gettext("Moved in from MISP"),
        "intro": intro
        % {
            "misp": source.get("base_url") or source.get("api") or source["host_organisation_name"],
            "schema": source["schema"],
            "digest": source.get("digest"),
        },
        "sections": [section for section in sections if section["rows"] or section["entries"]],
    }


def _comparison(report: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        [_number(there), _number(here), gettext(kind)] for kind, (there, here) in report["counts"].items()
    ]
    sections = [
        _section(gettext("Both sides"), ["MISP", gettext("Here"), gettext("What")], rows),
        _section(
            gettext("Differences"),
            [gettext("Event"), gettext("What")],
            [
                [str(each["event_id"]), f"{each['kind']} {each['name']}: {_where(each)}"]
                for each in report["differences"]
            ],
        ),
    ]
    equal = gettext("%(equal)s of %(events)s events are equal. Differences: %(differing)s.")
    return {
        "title": gettext("Comparison with %(source)s") % {"source": report["source"]},
        "intro": equal % {name: _number(report[name]) for name in ("equal", "events", "differing")},
        "sections": [section for section in sections if section["rows"]],
    }


def _where(each: Entry) -> str:
    if each["missing"]:
        return gettext("only in MISP")
    return ", ".join(each["fields"]) or gettext("only here")


def _left_out(entry: Entry) -> dict[str, str]:
    names, kind, why = list(entry["names"]), entry["kind"], entry["why"]
    if kind == NOT_OVER_API:  # Names of kinds, not of things.
        names = list(map(_in_words, names))
    if rest := entry["count"] - len(names):
        names.append(gettext("and %(number)s more") % {"number": _number(rest)})
    return _entry(f"{capfirst(_in_words(kind))}: {_number(entry['count'])}", gettext(why), ", ".join(names))


def _reason(each: Entry) -> str:
    why = each["why"]
    return gettext(why)


def _switched_off(each: Entry) -> str:
    kind = _in_words(each["kind"])
    return kind if each["kind"] == each["title"] else f"{kind}: {each['title']}"


def _in_words(kind: str) -> str:
    """A kind of things, or two with a colon between them."""
    return ": ".join(map(gettext, kind.split(": ")))


def _entry(head: str, why: str, names: str = "") -> dict[str, str]:
    return {"head": head, "why": why, "names": names}


def _counted(heading: str, counts: Mapping[str, int]) -> dict[str, Any]:
    rows = [[_number(count), _in_words(kind)] for kind, count in counts.items()]
    return _section(heading, [gettext("Count"), gettext("What")], rows)


def _section(
    heading: str, columns: Sequence[str] = (), rows: Sequence[Sequence[str]] = (), entries: Iterable[Any] = ()
) -> dict[str, Any]:
    return {"heading": heading, "columns": list(columns), "rows": list(rows), "entries": list(entries)}


def _number(number: int) -> str:
    return number_format(number, 0, force_grouping=True)
