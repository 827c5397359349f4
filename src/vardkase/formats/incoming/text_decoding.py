"""Decodes text of unknown encoding."""

from __future__ import annotations


def decoded_text(content: bytes) -> str:
    """Text in UTF-8, UTF-16 with its mark, or else the characters of Western Europe."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace").replace("\0", "")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text.replace("\0", "")
