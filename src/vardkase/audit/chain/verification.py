"""Checks the chain, of the database or of an exported file: both are the same sequence of records.

A record is a JSON object with `kind`:

* `log` (first): the hub, and the position and digest before the first link.
* `link`: position, digests and nonce, with its entry, or without it if it is gone; `withheld` without the content.
* `other`: position and digests of a link whose entry is not in a selection.
* `checkpoint`: what was signed at a position, after the link of that position.
* `key`: a public key, before what it signed.
* `end`: how many links there were. In a part of the log also which of its entries were emptied, signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from vardkase.audit.actions import LogAction
from vardkase.audit.chain.digests import START, content_digest, digest_of_head, link_digest, utc
from vardkase.audit.chain.keys import fingerprint_of, is_signed
from vardkase.audit.chain.problems import ChainProblem
from vardkase.audit.queries import THREAT_INTELLIGENCE
from vardkase.audit.redaction import digest_left, entries_that_name
from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem

type Record = Mapping[str, Any]

MOST_FINDINGS = 20
STOPS = 3
"""After so many breaks of the chain itself nothing that follows says more."""
LONGEST_WRITE = timedelta(hours=1)
"""Between the time in an entry and its commit: imports are one transaction."""
SIGNED = ("kind", "hub", "position", "count", "entry_id", "digest", "time")


@dataclass(slots=True)
class Verification:
    """The result. `findings` is empty if the log is whole; `emptied` entries had content removed, on record.

    `withheld` ones are in a file without their content.
    """

    findings: list[Problem] = field(default_factory=list)
    hub: str = ""
    first: int = 0
    last: int = 0
    digest: str = ""
    links: int = 0
    covered: int = 0
    """The last position that a signed checkpoint proves."""
    waiting: int = 0
    """Entries of the database without a link."""
    overdue: bool = False
    """Nothing signed covers the end, although it should by now; in a file always."""
    checkpoints: int = 0
    emptied: int = 0
    withheld: int = 0
    others: int = 0
    """Entries between those of a selection: only their digests are in the file."""
    backdated: list[Problem] = field(default_factory=list)
    """Entries dated before what was signed ahead of them: no break of the chain, but somebody should look."""

    @property
    def intact(self) -> bool:
        # That alone proves nothing: whoever has no key could have computed the whole chain.
        return not self.findings

    @property
    def proved(self) -> bool:
        return self.intact and self.covered > 0 and not self.overdue

    @property
    def verdict(self) -> str:
        """`intact` only if something signed proves it."""
        return "not intact" if not self.intact else "intact" if self.proved else "not proved"

    def not_proved(self) -> Problem:
        linked = self.last - max(self.covered, self.first - 1)
        return ChainProblem.NOT_PROVED(covered=self.covered, linked=linked, waiting=self.waiting)

    def add(self, problem: Problem) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(problem)


def verify(
    records: Iterable[Record], *, trusted: Iterable[str] = (), outside: Iterable[Record] = ()
) -> Verification:
    """Follow the chain from its first link to its last.

    `trusted` are public keys (base64) that the checkpoints have to be signed with; without any, those in the records
    count, which whoever rewrote the whole log could replace. `outside` are checkpoints kept elsewhere.
    """
    return _Verifier(trusted, outside).run(records)


class _Verifier:
    def __init__(self, trusted: Iterable[str], outside: Iterable[Record]) -> None:
        self.result = Verification()
        self.keys = {fingerprint_of(key): key for key in trusted}
        self.trusts_given_keys = bool(self.keys)
        self.outside: dict[int, list[Record]] = {}
        for checkpoint in outside:
            self.outside.setdefault(int(checkpoint["position"]), []).append(checkpoint)
        self.previous = START
        # Entry → position, and digest of what it holds: without its content, and not yet named as emptied.
        self.unconfirmed: dict[int, tuple[int, str]] = {}
        self.named: dict[int, str] = {}
        self.signed_at, self.earliest = "", ""
        self.breaks = 0
        self.is_selection = False
        self.ended: int | None = None
        self.archive: Record | None = None

    def run(self, records: Iterable[Record]) -> Verification:
        for record in records:
            match record.get("kind"):
                case "log":
                    self._begin(record)
                case "key" if not self.trusts_given_keys:
                    self.keys[fingerprint_of(record["public_key"])] = record["public_key"]
                case "link":
                    self._check_archive()
                    self._link(record)
                case "other":
                    self._check_archive()
                    self._other(record)
                case "checkpoint":
                    self._checkpoint(record, ChainProblem.CHECKPOINT_DIFFERS)
                case "end":
                    self.ended = int(record["position"])
                    self._confirm_emptied(record)
            if self.breaks >= STOPS:
                break
        self._finish()
        return self.result

    def _begin(self, record: Record) -> None:
        self.result.hub = record["hub"]
        self.result.last = int(record["position"])
        self.result.first = self.result.last + 1
        self.previous = bytes.fromhex(record["digest"])
        if self.result.last and not record.get("archive") and not record.get("part"):
            self.result.add(ChainProblem.BEGINNING_GONE(position=self.result.last))
        self.archive = record.get("archive")
        self.is_selection = bool(record.get("selection"))

    def _check_archive(self) -> None:
        """Once the keys are known: what the chain begins with when earlier entries were archived and removed."""
        archive, self.archive = self.archive, None
        if archive is None:
            return
        if not self._is_signed(archive, ARCHIVE_SIGNED) or archive["digest"] != self.previous.hex():
            self.result.add(ChainProblem.ARCHIVE_NOT_SIGNED(first=archive["first"], last=archive["last"]))
        for checkpoint in self.outside.pop(self.result.last, ()):
            self._compare(checkpoint, ChainProblem.OUTSIDE_DIFFERS)

    def _link(self, record: Record) -> None:
        result, position, id = self.result, int(record["position"]), int(record["entry_id"])
        if position != result.last + 1:
            self._misplaced(position)
        digest, content = bytes.fromhex(record["digest"]), bytes.fromhex(record["content"])
        entry = record.get("entry")
        if entry is None:
            self._break(ChainProblem.ENTRY_MISSING(entry=id, position=position))
        else:
            self._check_entry(record, entry, position, content, digest)
            self._check_date(entry, position)
        result.last, result.links, self.previous = position, result.links + 1, digest
        for checkpoint in self.outside.pop(position, ()):
            self._compare(checkpoint, ChainProblem.OUTSIDE_DIFFERS)

    def _other(self, record: Record) -> None:
        position = int(record["position"])
        if position != self.result.last + 1:
            self._misplaced(position)
        head, content = bytes.fromhex(record["head"]), bytes.fromhex(record["content"])
        self.previous = digest_of_head(self.previous, position, head, content)
        self.result.last, self.result.others = position, self.result.others + 1
        for checkpoint in self.outside.pop(position, ()):
            self._compare(checkpoint, ChainProblem.OUTSIDE_DIFFERS)

    def _misplaced(self, position: int) -> None:
        if position > self.result.last:
            self._break(ChainProblem.LINKS_MISSING(first=self.result.last + 1, last=position - 1))
        else:
            self._break(ChainProblem.OUT_OF_ORDER(position=position))

    def _check_entry(
        self, record: Record, entry: Record, position: int, content: bytes, digest: bytes
    ) -> None:
        id = int(record["entry_id"])
        if entry["id"] != id:
            self._break(ChainProblem.OTHER_ENTRY(entry=entry["id"], position=position, sealed=id))
        elif record.get("withheld") and entry["target_kind"] in THREAT_INTELLIGENCE:
            self._withheld(entry, position)
        elif record["nonce"] is None:
            self.result.emptied += 1
            self.unconfirmed[id] = (position, digest_left(entry))
            self._confirm(id, self.named.pop(id, None))
        elif content_digest(bytes.fromhex(record["nonce"]), entry) != content:
            self._break(ChainProblem.CONTENT_CHANGED(entry=id, position=position))
        if link_digest(self.previous, position, entry, content) != digest:
            self._break(ChainProblem.ENTRY_CHANGED(entry=id, position=position))
        if entry["action"] == LogAction.REDACTED:
            for emptied, left in entries_that_name(entry["change"]).items():
                if emptied in self.unconfirmed:
                    self._confirm(emptied, left)
                else:
                    self.named[emptied] = left

    def _check_date(self, entry: Record, position: int) -> None:
        if entry["created"] < self.earliest and len(self.result.backdated) < MOST_FINDINGS:
            said = {"created": entry["created"], "time": self.signed_at}
            self.result.backdated.append(ChainProblem.BACKDATED(entry=entry["id"], position=position, **said))

    def _withheld(self, entry: Record, position: int) -> None:
        self.result.withheld += 1
        if entry["title"] or entry["change"]:
            self._break(ChainProblem.CONTENT_CHANGED(entry=entry["id"], position=position))

    def _confirm(self, id: int, left: str | None) -> None:
        """`left` is the digest that an entry of the log itself names; empty in those of an earlier version."""
        if left is not None and left in {"", self.unconfirmed[id][1]}:
            del self.unconfirmed[id]

    def _confirm_emptied(self, end: Record) -> None:
        """In a part, whose later entries say it, the hub itself has signed what was emptied."""
        emptied = end.get("emptied")
        if not emptied or not self._is_signed(end, EMPTIED_SIGNED) or end["first"] != self.result.first:
            return
        for id, left in emptied.items():
            if int(id) in self.unconfirmed:
                self._confirm(int(id), left)

    def _checkpoint(self, record: Record, differs: ChainProblem) -> None:
        self.result.checkpoints += 1
        self._compare(record, differs)
        if record["position"] == self.result.last and record["time"] > self.signed_at:
            self.signed_at = record["time"]
            self.earliest = utc(datetime.fromisoformat(self.signed_at) - LONGEST_WRITE)

    def _compare(self, checkpoint: Record, differs: ChainProblem) -> None:
        values = {"position": checkpoint["position"], "time": checkpoint["time"]}
        if not self._is_signed(checkpoint, SIGNED):
            self.result.add(ChainProblem.NOT_SIGNED(**values))
        elif checkpoint["position"] > self.result.last:
            self.result.add(ChainProblem.CUT_OFF(**values, last=self.result.last))
        elif checkpoint["position"] == self.result.last:
            if checkpoint["digest"] != self.previous.hex():
                self._break(differs(**values))
            else:
                self.result.covered = self.result.last

    def _is_signed(self, record: Record, fields: Iterable[str]) -> bool:
        key = self.keys.get(record.get("key", ""))
        if key is None or (self.result.hub and record.get("hub") != self.result.hub):
            return False
        return is_signed({name: record[name] for name in fields}, record["signature"], key)

    def _break(self, problem: Problem) -> None:
        self.breaks += 1
        self.result.add(problem)

    def _finish(self) -> None:
        result = self.result
        result.digest = self.previous.hex()
        result.overdue = result.covered != result.last
        if self.breaks >= STOPS:
            return
        for id, (position, _) in self.unconfirmed.items():
            result.add(ChainProblem.EMPTIED_WITHOUT_RECORD(entry=id, position=position))
        if self.ended is None:
            result.add(ChainProblem.NO_END())
        elif self.ended != result.last:
            result.add(ChainProblem.FILE_CUT_OFF(position=self.ended, last=result.last))
        # What begins in the middle is proved by the checkpoint at its end alone.
        if self.is_selection and result.overdue:
            result.add(ChainProblem.NOT_COVERED(position=result.last))
        for position, checkpoints in sorted(self.outside.items()):
            for checkpoint in checkpoints:
                self._beyond(position, checkpoint)

    def _beyond(self, position: int, checkpoint: Record) -> None:
        values = {"position": position, "time": checkpoint["time"]}
        if not self._is_signed(checkpoint, SIGNED):
            self.result.add(ChainProblem.NOT_SIGNED(**values))
        elif position > self.result.last:
            self.result.add(ChainProblem.OLDER_STATE(**values, last=self.result.last))


EMPTIED_SIGNED = ("kind", "hub", "first", "position", "emptied")
ARCHIVE_SIGNED = ("kind", "hub", "first", "last", "previous", "digest", "count", "sha256", "time")


def records_of(lines: Iterable[str]) -> Iterator[Record]:
    """The records of an exported file. Raises Invalid with the number of the line."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise Invalid({"file": [ChainProblem.NOT_A_RECORD(line=number)]})
        yield record
