"""The report of a move as text, in English, as the console speaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vardkase.hub.move_in.report import compared_events
from vardkase.hub.move_in.wording import ONLY_CHANGED

SHOWN = 10
"""So many names of what was left out are shown; the JSON has more."""


def as_text(report: dict[str, Any]) -> str:
    return "\n".join(_lines(report))


def comparison_as_text(comparison: dict[str, Any]) -> str:
    return "\n".join(_compared(comparison))


def _compared(comparison: dict[str, Any]) -> Iterator[str]:
    yield f"Compared with {comparison['source']}: {comparison['equal']:,} of {comparison['events']:,} events are equal"
    yield from ("", "      MISP       here")
    for kind, (there, here) in comparison["counts"].items():
        yield f"{there:>10,} {here:>10,}  {kind}"
    if comparison["differing"]:
        yield from ("", f"{comparison['differing']:,} differences")
    for each in comparison["differences"]:
        where = "only in MISP" if each["missing"] else ", ".join(each["fields"]) or "only here"
        yield f"  event {each['event_id']}: {each['kind']} {each['name']} ({where})"
    if signature := comparison.get("signature"):
        yield f"Signed with the audit key {signature['key']}"


def _left_out(heading: str, entries: list[dict[str, Any]]) -> Iterator[str]:
    if entries:
        yield from ("", heading)
    for entry in entries:
        yield f"  {entry['count']:>10,}  {entry['kind']}: {entry['why']}"
        names = ", ".join(entry["names"][:SHOWN])
        yield f"              {names}{' …' if entry['count'] > SHOWN else ''}"


def _switched_off(each: dict[str, Any]) -> str:
    named = f"{each['kind']} {each['id']}" if each["id"] else each["kind"]
    return f"  {named}" if each["kind"] == each["title"] else f"  {named}: {each['title']}"


def _lines(report: dict[str, Any]) -> Iterator[str]:
    source = report["source"]
    misp = source["base_url"] or source.get("api") or "a MISP without an address"
    yield f"Moved in from {misp} (schema {source['schema']})"
    urgent = [entry for entry in report["left_out"] if entry.get("before_switch_on")]
    yield from _left_out("Do this before “vardkase move-in switch-on”: left out, and why", urgent)
    yield from ("", "Taken over")
    yield from (f"  {count:>10,}  {kind}" for kind, count in report["taken"].items())
    if not report["taken"]:
        yield "  Nothing: nothing is new or has changed."
    others = [entry for entry in report["left_out"] if not entry.get("before_switch_on")]
    yield from _left_out("Left out, and why", others)
    if report["not_moved"]:
        yield from ("", "Not moved, because there is nothing to take over")
        yield from (f"  {each['count']:>10,}  {each['table']}: {each['why']}" for each in report["not_moved"])
    if report["unread"]:
        yield from ("", "Tables that this hub does not know")
        yield from (f"  {count:>10,}  {table}" for table, count in report["unread"].items())
    if report["repaired"]:
        yield from ("", "Rows with bytes that are no text, which were replaced")
        yield from (f"  {count:>10,}  {table}" for table, count in report["repaired"].items())
    if report["switched_off"]:
        yield from ("", "Was on in MISP and is off here, until “vardkase move-in switch-on”")
        yield from map(_switched_off, report["switched_off"])
    if (compared := compared_events(report)) is not None:
        yield from ("", ONLY_CHANGED % {"number": f"{compared:,}"})
    yield from ("", f"{sum(report['seconds'].values()):.1f} seconds in {len(report['seconds'])} steps")
    if signature := report.get("signature"):
        yield f"Signed with the audit key {signature['key']}"
