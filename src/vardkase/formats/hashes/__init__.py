"""Hash export of a search, one per line, for tools that look up files by hash."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vardkase.analysis.search.filters import Search
from vardkase.formats.search_results import rows_of
from vardkase.identity.access.actor import Actor
from vardkase.misp.types import TYPES

PLAIN = frozenset(
    (
        "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512/224", "sha512/256",
        "sha3-224", "sha3-256", "sha3-384", "sha3-512", "ssdeep", "imphash", "tlsh", "pehash", "authentihash",
        "impfuzzy", "x509-fingerprint-md5", "x509-fingerprint-sha1", "x509-fingerprint-sha256",
    )
)  # fmt: skip
WITH_FILENAME = frozenset(f"filename|{name}" for name in PLAIN) & frozenset(TYPES) | {"malware-sample"}
# Of `filename|md5` and the like, the hash is the second part.
COLUMN = "coalesce(a.value2, a.value1)"
# No space or control character: one in a value would add a line of the sender's choice to the list.
HASH = re.compile(r"[!-~]+", re.ASCII)


def lines(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    return hash_lines(actor, search, ids, PLAIN | WITH_FILENAME)


def hash_lines(actor: Actor, search: Search, ids: Sequence[int], types: frozenset[str]) -> Iterator[bytes]:
    """The hashes of some attribute `types`, one per line; an empty line if there are none."""
    empty = True
    for rows in rows_of(actor, search, ids, COLUMN, types=types):
        found = [f"{value}\n" for (value,) in rows if HASH.fullmatch(value)]
        if found:
            empty = False
            yield "".join(found).encode()
    if empty:
        yield b"\n"
