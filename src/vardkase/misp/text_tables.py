"""Finds tables in a text (CSV, or Markdown's with bars) and what their columns hold, by the names in the first row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO

from vardkase.misp.types import DEFAULTS

DELIMITERS = "\t;,|"
HEADER_WITHIN = 20
"""Lines in which the names of the columns stand; remarks may precede them."""
LONGEST_NAME = 40
MOST_COLUMNS = 200
BAR = re.compile(r"(?<!\\)\|")
RULE = re.compile(r"[\s|:+-]+")

VALUE, TYPE, CATEGORY, COMMENT, DETECTION, SIZE = "value", "type", "category", "comment", "to_ids", "size"
"""What a column holds that is no type of MISP's."""

NAMES = {
    VALUE: "value värde indicator indikator ioc observable observerbar",
    TYPE: "type typ indicatortype indikatortyp ioctype attributetype",
    CATEGORY: "category kategori",
    COMMENT: "comment comments kommentar description beskrivning note notes anteckning context sammanhang",
    DETECTION: "toids ids detection detektering",
    SIZE: "size filesize storlek filstorlek sizeinbytes bytes",
    "filename": "filename filnamn file fil",
    "md5": "md5 hashmd5 md5hash filehashmd5",
    "sha1": "sha1 hashsha1 sha1hash filehashsha1",
    "sha256": "sha256 hashsha256 sha256hash filehashsha256",
    "sha512": "sha512 hashsha512 sha512hash filehashsha512",
    "ssdeep": "ssdeep",
    "imphash": "imphash",
    "ip-dst": "ip ipaddress ipadress ipv4 ipv6 dstip destinationip destip ipdst c2ip",
    "ip-src": "srcip sourceip ipsrc källip avsändarip",
    "domain": "domain domän domännamn domainname",
    "hostname": "host hostname värdnamn fqdn",
    "url": "url urls webbadress",
    "email-src": "email epost epostadress emailaddress mejl mejladress sender avsändare from från emailsrc",
    "email-dst": "recipient mottagare emailto emaildst",
    "email-subject": "subject ämne emailsubject",
    "vulnerability": "cve cveid vulnerability sårbarhet",
    "mutex": "mutex",
    "regkey": "registrykey registernyckel regkey",
    "user-agent": "useragent",
    "AS": "as asn",
}
HOLDS = {name: holds for holds, names in NAMES.items() for name in names.split()}
NOT_VALUES = frozenset({TYPE, CATEGORY, COMMENT, DETECTION, SIZE})


@dataclass(frozen=True, slots=True)
class Table:
    """`columns`: what each holds (a type of MISP's, or one of the words above), empty if its name says nothing."""

    columns: tuple[str, ...]
    rows: list[list[str]] = field(default_factory=list)


def holds(name: str) -> str:
    """What a column with this name holds, or what kind of value a name in a column of types means."""
    text = name.strip().strip("\"'#").strip()
    if text in DEFAULTS:
        return text
    return HOLDS.get(re.sub(r"[\s_/.()-]", "", text.lower()), "")


def without_tables(text: str) -> tuple[str, list[Table]]:
    """The text outside of its tables, and the tables whose columns are known."""
    if (table := _separated(text)) is not None:
        return "", [table]
    left: list[str] = []
    tables: list[Table] = []
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.lstrip().startswith("|"):
            block.append(line)
            continue
        if block:
            if (table := _barred(block)) is not None:
                tables.append(table)
            else:
                left += block
            block = []
        left.append(line)
    return "\n".join(left), tables


def _separated(text: str) -> Table | None:
    """The whole text as CSV, if one of its first lines names columns."""
    lines = text.splitlines()
    for number, line in enumerate(lines[:HEADER_WITHIN]):
        for delimiter in DELIMITERS:
            if delimiter not in line or line.lstrip().startswith("|"):
                continue
            header = line.lstrip("# \ufeff")
            if (columns := _columns(next(iter(_rows(header, delimiter)), []))) is None:
                continue
            rows = _rows("\n".join(lines[number + 1 :]), delimiter)
            # A sentence with a comma in it is no header: the next line has as many columns.
            if rows and len(rows[0]) in (len(columns), len(columns) + 1):
                return Table(columns, rows)
    return None


def _barred(block: Sequence[str]) -> Table | None:
    rows = [
        [cell.strip().replace(r"\|", "|") for cell in BAR.split(line.strip().removeprefix("|"))]
        for line in block
        if not RULE.fullmatch(line)
    ]
    for row in rows:
        if row and not row[-1]:
            row.pop()  # After the last bar.
    columns = _columns(rows[0]) if len(rows) > 1 else None
    return Table(columns, rows[1:]) if columns is not None else None


def _columns(cells: Sequence[str]) -> tuple[str, ...] | None:
    """None if they do not name columns with values."""
    if not 2 <= len(cells) <= MOST_COLUMNS or any(len(cell) > LONGEST_NAME for cell in cells):
        return None
    found = tuple(map(holds, cells))
    return found if any(found) and any(each and each not in NOT_VALUES for each in found) else None


def _rows(text: str, delimiter: str) -> list[list[str]]:
    return list(_read(text, delimiter))


def _read(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        for row in csv.reader(StringIO(text), delimiter=delimiter, skipinitialspace=True):
            if any(row) and not row[0].startswith("#"):
                yield [cell.strip() for cell in row]
    except csv.Error:  # A cell longer than the library reads.
        return
