"""Text that is masked or withheld in one place, and released in another."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import html
import io
import lzma
import quopri
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus

from vardkase.core.time_budget import check_time
from vardkase.hub.guard.text_normalisation import plain
from vardkase.hub.public_records.release.items import Item, ItemKind, ReleaseOutcome
from vardkase.hub.public_records.release.masking import hidden_texts, segments

SHORTEST = 4
"""Shorter texts occur everywhere."""
OWN_WORDS = frozenset({"title", "name", "description", "value", "comment", "text"})
"""Fields of withheld items that are looked for: the others hold types and dates, as many items do."""
MOST = 500
"""Findings that are listed."""
DEEPEST = 3
LARGEST = 16 * 1024 * 1024
"""Bytes that are unpacked of one file."""
MOST_MEMORY = 64 * 1024 * 1024
"""Bytes that unpacking may take."""
JOINED = str.maketrans(dict.fromkeys("_-", " "))
SAMPLE_PASSWORD = b"infected"


@dataclass(frozen=True, slots=True)
class Remain:
    """`text`, hidden in the item `hidden_in`, is released in the item `shown_in`."""

    text: str
    hidden_in: str
    shown_in: str


def remains(items: Sequence[Item]) -> list[Remain]:
    """What is hidden in one item and released in another, also defanged, encoded or in an attached archive."""
    hidden = _needles(items)
    found: list[Remain] = []
    for item in items if hidden else ():
        if item.decision.outcome != ReleaseOutcome.WITHHOLD:
            found += _shown_by(item, hidden)
            if len(found) >= MOST:
                break
    return found[:MOST]


def remains_in(items: Sequence[Item], texts: Iterable[str]) -> list[str]:
    """What is hidden in an item, and stands in one of the texts that are sent with them."""
    readings = [reading for text in texts for reading in _readings(text)]
    hidden = _needles(items) if readings else {}
    return [text for needle, (text, _) in hidden.items() if any(needle in one for one in readings)][:MOST]


def _needles(items: Iterable[Item]) -> dict[str, tuple[str, str]]:
    """Hidden texts as they are looked for, each with the text itself and the key of its item."""
    hidden: dict[str, tuple[str, str]] = {}
    for item, name, text in hidden_texts(items):
        is_whole = item.decision.outcome == ReleaseOutcome.WITHHOLD
        if is_whole and (item.kind == ItemKind.TAG or name not in OWN_WORDS):
            continue
        for part in {text.strip(), *(piece.strip() for piece in text.split("|"))}:
            if len(needle := _plain(part)) >= SHORTEST:
                hidden.setdefault(needle, (part, item.key))
    return hidden


def _shown_by(item: Item, hidden: Mapping[str, tuple[str, str]]) -> Iterator[Remain]:
    texts = ["\n".join(one.text for one in segments(item, field.name, field.text)) for field in item.fields]
    shown = [reading for text in texts for reading in _readings(text)]
    is_released = item.decision.outcome == ReleaseOutcome.RELEASE
    files = list(_unpacked(item.file.content, _Budget(LARGEST))) if is_released and item.file else []
    read = [reading for content in files for text in _texts_of(content) for reading in _readings(text)]
    # Encoded bytes are broken into lines.
    files += [re.sub(rb"\s+", b"", content) for content in files]
    for needle, (text, key) in hidden.items():
        check_time()
        if any(needle in one for one in (*shown, *read)) or _is_encoded(text, shown, files):
            yield Remain(text, key, item.key)


def encodings(text: str) -> Iterator[bytes]:
    for charset in ("utf-8", "utf-16-le", "utf-16-be", "latin-1"):
        try:
            raw = text.encode(charset)
        except UnicodeEncodeError:
            continue
        yield raw
        yield binascii.hexlify(raw)
        yield binascii.hexlify(raw).upper()
        yield from _base64_forms(raw)
    yield quote(text, safe="").encode()


def _base64_forms(raw: bytes) -> Iterator[bytes]:
    """Base64 of `raw` wherever in the encoded bytes it begins, without the letters that its neighbours share."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).rstrip(b"=")
        first = (0, 2, 3)[offset]
        last = len(encoded) - (1 if (offset + len(raw)) % 3 else 0)
        if last - first >= SHORTEST:
            yield encoded[first:last]


def _is_encoded(text: str, texts: Iterable[str], files: Sequence[bytes]) -> bool:
    forms = set(encodings(text))
    if any(form in content for content in files for form in forms):
        return True
    encoded = [form.decode("latin-1").casefold() for form in forms if len(form) >= 2 * SHORTEST]
    return any(form in shown for shown in texts for form in encoded)


def _plain(text: str) -> str:
    """Without differences of case, of characters that look alike or cannot be seen, and of white space, and with the
    signs back by which addresses are made harmless."""
    text = html.unescape(text)
    text = text.translate(JOINED) if text.isascii() else plain(text)
    text = re.sub(r"\[(\.|:|@|dot|at)\]|\((\.|dot)\)", _sign, text.casefold())
    return " ".join(re.sub(r"\bhxxp", "http", text).split())


def _readings(text: str) -> Iterator[str]:
    """A text as it is looked through: as it stands, and with what programs and addresses write otherwise undone."""
    yield _plain(text)
    if "%" in text or "+" in text:
        yield _plain(unquote_plus(text))
    if "\\u" in text:
        yield _plain(re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text))
    if "<" in text:
        # Between two tags a word may go on, as in documents of Office.
        yield _plain(re.sub(r"<[^<>]{0,5000}>", "", text))


def _texts_of(content: bytes) -> Iterator[str]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield content.decode("utf-16", "replace")
    elif b"\0" not in content[:1024]:
        try:
            yield content.decode()
        except UnicodeDecodeError:
            yield content.decode("latin-1")
        if b"=" in content:
            yield quopri.decodestring(content).decode("utf-8", "replace")


def _sign(match: re.Match[str]) -> str:
    sign = match[1] or match[2]
    return {"dot": ".", "at": "@"}.get(sign, sign)


class _Budget:
    """How many bytes may still be unpacked of a file."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, content: bytes) -> bytes:
        self.left -= len(content)
        return content


def _unpacked(content: bytes, budget: _Budget, depth: int = 0) -> Iterator[bytes]:
    """The file, and what is in it: archives (Office documents among them), compressed streams."""
    yield content
    if depth < DEEPEST:
        for inner in _members(content, budget):
            yield from _unpacked(inner, budget, depth + 1)


def _members(content: bytes, budget: _Budget) -> Iterator[bytes]:
    if content[:2] == b"\x1f\x8b":
        try:
            yield budget.spend(gzip.GzipFile(fileobj=io.BytesIO(content)).read(budget.left))
        except (OSError, EOFError, zlib.error):
            return
    elif content[:3] == b"BZh" or content[:6] == b"\xfd7zXZ\0":
        try:
            yield budget.spend(_decompressed(content, budget.left))
        except (OSError, EOFError, lzma.LZMAError, ValueError):
            return
    elif zipfile.is_zipfile(io.BytesIO(content)):
        yield from _zipped(content, budget)
    elif content[:5] == b"%PDF-":
        for match in re.finditer(rb"stream\r?\n", content):
            if budget.left <= 0:
                return
            try:
                yield budget.spend(zlib.decompressobj().decompress(content[match.end() :], budget.left))
            except zlib.error:
                continue


def _decompressed(content: bytes, most: int) -> bytes:
    if content[:3] == b"BZh":
        return bz2.BZ2Decompressor().decompress(content, most)
    return lzma.LZMADecompressor(memlimit=MOST_MEMORY).decompress(content, most)


def _zipped(content: bytes, budget: _Budget) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            yield info.filename.encode()
            if budget.left <= 0:
                return
            try:
                with archive.open(info, pwd=SAMPLE_PASSWORD) as member:
                    read = member.read(budget.left)
            # Its password or method is unknown: the officer confirms having read every attachment.
            except (RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, OSError, EOFError):
                continue
            yield budget.spend(read)
