"""Zip archives with ZipCrypto passwords, the usual format for exchanging malware samples.

The password ("infected") keeps scanners and fingers off, it is no secret. MISP and PyMISP read this cipher and
not AES, and the well-kept zip libraries write only AES; hence this small writer (APPNOTE.TXT §6.1).
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping

from vardkase.core.archives import ArchiveLimits, opened

ENCRYPTED = 0x1
MAX_32 = 0xFFFFFFFF


def encrypted_zip(files: Mapping[str, bytes], password: bytes) -> bytes:
    """A zip archive of `files` (name → content), each deflated and encrypted with `password`."""
    out = io.BytesIO()
    directory = [_write_member(out, name.encode(), content, password) for name, content in files.items()]
    start = out.tell()
    for entry in directory:
        out.write(entry)
    size = out.tell() - start
    out.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(directory), len(directory), size, start, 0))
    return out.getvalue()


def is_encrypted_zip(content: bytes) -> bool:
    """True if every file in the archive requires a password."""
    try:
        with opened(content, ArchiveLimits().members) as archive:
            files = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return bool(files) and all(member.flag_bits & ENCRYPTED for member in files)


def _write_member(out: io.BytesIO, name: bytes, content: bytes, password: bytes) -> bytes:
    offset = out.tell()
    checksum = zlib.crc32(content)
    # Negative window bits: the bare deflate stream that zip wants, without zlib's header.
    body = _encrypt(zlib.compress(content, 6, wbits=-15), checksum, password)
    # Bit 11: the name is UTF-8. 0x21 is 1 January 1980, zip's earliest date: the time is not disclosed.
    flags = ENCRYPTED | (0x800 if not name.isascii() else 0)
    common = struct.pack("<4H3L", flags, zipfile.ZIP_DEFLATED, 0, 0x21, checksum, len(body), len(content))
    out.write(struct.pack("<4sH", b"PK\3\4", 20) + common + struct.pack("<2H", len(name), 0) + name + body)
    return (
        struct.pack("<4s2H", b"PK\1\2", 20, 20)
        + common
        + struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, offset)
        + name
    )


def _encrypt(plain: bytes, checksum: int, password: bytes) -> bytes:
    table = CRC_TABLE
    key0, key1, key2 = 0x12345678, 0x23456789, 0x34567890
    cipher = bytearray()
    # The last byte lets a reader reject a wrong password (APPNOTE.TXT §6.1).
    header = os.urandom(11) + bytes([checksum >> 24])
    for is_password, data in ((True, password), (False, header + plain)):
        for byte in data:
            if not is_password:
                mask = key2 | 2
                cipher.append(byte ^ (((mask * (mask ^ 1)) >> 8) & 0xFF))
            key0 = (key0 >> 8) ^ table[(key0 ^ byte) & 0xFF]
            key1 = ((key1 + (key0 & 0xFF)) * 134775813 + 1) & MAX_32
            key2 = (key2 >> 8) ^ table[(key2 ^ (key1 >> 24)) & 0xFF]
    return bytes(cipher)


# The cipher needs single steps of CRC-32; inverted before and after, zlib's checksum of one byte is a step from 0.
CRC_TABLE = tuple(zlib.crc32(bytes([byte]), MAX_32) ^ MAX_32 for byte in range(256))
