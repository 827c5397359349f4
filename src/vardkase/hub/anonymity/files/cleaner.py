"""What a cleaner of one kind of file is."""

from __future__ import annotations

from collections.abc import Callable

type InnerCleaner = Callable[[str, bytes], bytes]
"""Cleans a file inside the file, by the name that it has there."""
type FileCleaner = Callable[[str, bytes, InnerCleaner], bytes]
