"""The part of pydeep that PyMISP uses, implemented with ppdeep.

pydeep is a binding of libfuzzy without wheels: it needs a compiler and headers on every machine. ppdeep
computes the same hashes in Python.
"""

from __future__ import annotations

import ppdeep


def hash_buf(data: bytes) -> bytes:
    """The ssdeep hash of `data`."""
    return str(ppdeep.hash(data)).encode()
