"""Hostile programs."""

from __future__ import annotations

import struct


def overlapping_sections(count: int) -> bytes:
    """A program of Windows whose sections are all the same bytes."""
    size, start = 65_536, 0x2000
    optional = struct.pack("<HBBIIIII", 0x20B, 14, 0, 0x1000, 0, 0, 0x1000, 0x1000)
    optional += struct.pack(
        "<QII6HIIIIHH", 0x140000000, 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 2**24, start, 0, 3, 0
    )
    optional += struct.pack("<QQQQII", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16) + bytes(128)
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0"
    head += struct.pack("<HHIIIHH", 0x8664, count, 0, 0, 0, len(optional), 0x22) + optional
    for n in range(count):
        place = (size, 0x1000 + n * size, size, start)
        head += struct.pack("<8s6IHHI", b".text", *place, 0, 0, 0, 0, 0x60000020)
    return head.ljust(start, b"\0") + bytes(range(256)) * (size // 256)
