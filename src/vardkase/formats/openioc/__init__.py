"""Indicators of a search as OpenIOC 1.0: one list combined with OR."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

from vardkase.analysis.search.filters import Search
from vardkase.core.clock import now_seconds
from vardkase.formats.search_results import rows_of
from vardkase.formats.xml.element import text
from vardkase.identity.access.actor import Actor

CATEGORIES = frozenset(
    (
        "Payload delivery",
        "Artifacts dropped",
        "Payload installation",
        "Persistence mechanism",
        "Network activity",
    )
)
"""Categories of values that can be observed; the others describe the attack."""

COLUMNS = "a.uuid::text, a.type, a.value1, a.value2, a.category, a.to_ids"

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<ioc xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" \
id="{id}" last-modified="{now}" xmlns="http://schemas.mandiant.com/2010/ioc">
  <short_description>Filtered indicator list</short_description>
  <description>Filtered indicator list</description>
  <keywords />
  <authored_by>{author}</authored_by>
  <authored_date>{now}</authored_date>
  <links />
  <definition>
    <Indicator operator="OR" id="{list_id}">
"""

TAIL = """    </Indicator>
  </definition>
</ioc>
"""


class Term(NamedTuple):
    """The OpenIOC name of a value: ``FileItem/Md5sum``, with content of type ``md5``."""

    search: str
    content: str = "string"


FILE_NAME = Term("FileItem/FileName")
MD5 = Term("FileItem/Md5sum", "md5")
SHA1 = Term("FileItem/Sha1sum", "sha1")
SHA256 = Term("FileItem/Sha256sum", "sha256")
REMOTE = Term("PortItem/remoteIP", "IP")
DNS = Term("Network/DNS")
KEY = Term("RegistryItem/KeyPath")

TERMS: dict[str, tuple[Term, ...]] = {
    "md5": (MD5,),
    "sha1": (SHA1,),
    "sha256": (SHA256,),
    "filename": (FILE_NAME,),
    "attachment": (FILE_NAME,),
    "filename|md5": (FILE_NAME, MD5),
    "filename|sha1": (FILE_NAME, SHA1),
    "filename|sha256": (FILE_NAME, SHA256),
    "malware-sample": (FILE_NAME, MD5),
    "ip-src": (REMOTE,),
    "ip-dst": (Term("RouteEntryItem/Destination", "IP"),),
    "hostname": (Term("RouteEntryItem/Destination"),),
    "domain": (DNS,),
    "domain|ip": (DNS, REMOTE),
    "email": (Term("Email/From"),),
    "email-src": (Term("Email/From"),),
    "email-dst": (Term("Email/To"),),
    "email-subject": (Term("Email/Subject"),),
    "email-attachment": (Term("Email/Attachment/Name"),),
    "url": (Term("UrlHistoryItem/URL"),),
    "user-agent": (Term("Network/UserAgent"),),
    "regkey": (KEY,),
    "regkey|value": (KEY, Term("RegistryItem/Value")),
    "snort": (Term("Snort/Snort"),),
}
"""Type of attribute → the terms of its parts."""


def indicators(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """The document: one item per attribute with `to_ids`, two that must both match for a composite."""
    now = f"{datetime.fromtimestamp(now_seconds(), UTC):%Y-%m-%dT%H:%M:%S}"
    author = text(actor.organisation_name)
    # A new document each time, as in MISP: its content depends on the search and the reader.
    yield HEAD.format(id=uuid4(), list_id=uuid4(), now=now, author=author).encode()
    for rows in rows_of(actor, search, ids, COLUMNS, types=TERMS):
        items = [
            _indicator(uuid, TERMS[type], [value1, value2 or ""])
            for uuid, type, value1, value2, category, to_ids in rows
            if to_ids and category in CATEGORIES
        ]
        if items:
            yield "".join(items).encode()
    yield TAIL.encode()


def _indicator(uuid: str, terms: Sequence[Term], values: Sequence[str]) -> str:
    if len(terms) == 1:
        return _item(uuid, terms[0], values[0], "      ")
    # MISP indents the line that opens a composite by one less than those around it.
    items = "".join(_item(uuid, term, value, "        ") for term, value in zip(terms, values, strict=True))
    return f'     <Indicator operator="AND" id="{uuid}">\n{items}      </Indicator>\n'


def _item(uuid: str, term: Term, value: str, indent: str) -> str:
    document = term.search.partition("/")[0]
    return (
        f'{indent}<IndicatorItem id="{uuid}" condition="is">\n'
        f'{indent}  <Context document="{document}" search="{term.search}" type="mir" />\n'
        f'{indent}  <Content type="{term.content}">{text(value)}</Content>\n'
        f"{indent}</IndicatorItem>\n"
    )
