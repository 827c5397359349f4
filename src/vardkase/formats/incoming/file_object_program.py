"""What a file is, as MISP objects: `file`, and `pe`, `elf` or `macho` with their sections. Runs inside a sandbox
process.
"""

from __future__ import annotations

import hashlib
import math
import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import lief
import msgspec
import ppdeep
import pure_magic_rs

from vardkase.core.sandbox.program import Answerer

HASHES = ("md5", "sha1", "sha256", "sha512")
SECTION_HASHES = ("md5", "sha1", "sha256")
MOST_FUZZY = 2 * 1024 * 1024
"""Bytes of a file that gets a fuzzy hash, which takes half a second."""
FUZZY_SECONDS = 1.5
"""Of the processor: a file of few different bytes is read up to 15 times, and then goes without a fuzzy hash."""
MOST_SECTIONS = 50
MOST_READ = 2
"""Times the size of the file, for the sections together: a file may say that all of them are the same bytes."""
MOST_NAMES = 100
LONGEST_NAME = 250
MAGIC = pure_magic_rs.MagicDb()

FILE = ("file", "688c46fb-5edb-40a3-8273-1af7923e2215", "25")
PE = ("pe", "cf7adecc-d4f0-4e88-9d90-f978ee151a07", "11")
PE_SECTION = ("pe-section", "198a17d2-a135-4b25-9a32-5aa4e632014a", "3")
ELF = ("elf", "fa6534ae-ad74-4ce0-8f23-15a66c82c7fa", "5")
ELF_SECTION = ("elf-section", "ca271f32-1234-4e87-b240-6b6e882de5de", "4")
MACHO = ("macho", "23fb8371-c7e3-45fe-b897-fdf074f95267", "2")
MACHO_SECTION = ("macho-section", "fca3c534-d188-4964-9c6e-9922e1dfe66e", "2")
"""Name, template and its version in MISP's library."""
ELF_TYPES = {"DYN": "DYNAMIC", "EXEC": "EXECUTABLE", "REL": "RELOCATABLE"}
INFORMATIVE = frozenset(
    ("filename", "text", "mime-type", "counter", "size-in-bytes", "float", "hex", "datetime")
)
"""Types of values that many files share: neither for detection nor correlated, except the name."""

type Value = tuple[str, str, object]
"""Relation, type, value."""


@dataclass(slots=True)
class _Left:
    """Bytes of sections that may still be read."""

    size: int


def open_job(arguments: dict[str, Any]) -> Answerer:
    def answer(document: bytes) -> Iterator[bytes]:
        yield msgspec.json.encode(list(_objects(arguments["name"], document)))

    return answer


def _objects(name: str, content: bytes) -> Iterator[dict[str, Any]]:
    """The file first; each other object has the place of the one that includes it, as ``included_in``."""
    binary = lief.parse(content)
    left = _Left(MOST_READ * len(content))
    yield _object(FILE, _file(name, content, binary))
    if isinstance(binary, lief.PE.Binary):
        yield _object(PE, _pe(binary), 0)
        sections: Iterable[Any] = binary.sections
        yield from (
            _object(PE_SECTION, _pe_section(each, left), 1) for each in list(sections)[:MOST_SECTIONS]
        )
    elif isinstance(binary, lief.ELF.Binary):
        yield _object(ELF, _elf(binary), 0)
        named = [each for each in binary.sections if each.name][:MOST_SECTIONS]
        yield from (_object(ELF_SECTION, _elf_section(each, left), 1) for each in named)
    elif isinstance(binary, lief.MachO.Binary):
        yield _object(MACHO, _macho(binary, name), 0)
        yield from (
            _object(MACHO_SECTION, _section(each, left), 1) for each in list(binary.sections)[:MOST_SECTIONS]
        )


def _object(
    template: tuple[str, str, str], values: Iterable[Value], included_in: int | None = None
) -> dict[str, Any]:
    name, uuid, version = template
    return {
        "name": name,
        "meta-category": "file",
        "description": "",
        "template_uuid": uuid,
        "template_version": version,
        "included_in": included_in,
        "Attribute": [
            {
                "object_relation": relation,
                "type": kind,
                "value": text,
                "to_ids": kind not in INFORMATIVE and name == "file",
                "disable_correlation": kind in INFORMATIVE and kind != "filename",
            }
            for relation, kind, value in values
            if (text := str(value).replace("\0", "").strip()) and value is not None
        ],
    }


def _file(name: str, content: bytes, binary: object) -> Iterator[Value]:
    yield "filename", "filename", name
    yield "size-in-bytes", "size-in-bytes", len(content)
    yield from _hashes(content, HASHES)
    if len(content) <= MOST_FUZZY:
        yield "ssdeep", "ssdeep", _fuzzy(content)
    yield "entropy", "float", round(_entropy(content), 4)
    with suppress(ValueError):  # Some contents lead its rules in circles.
        yield "mimetype", "mime-type", MAGIC.best_magic_buffer(content[: 1024 * 1024]).mime_type
    if isinstance(binary, lief.PE.Binary):
        yield "imphash", "imphash", lief.PE.get_imphash(binary, lief.PE.IMPHASH_MODE.PEFILE)


def _fuzzy(content: bytes) -> str | None:
    def give_up(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, FUZZY_SECONDS)
    try:
        return str(ppdeep.hash(content))
    except TimeoutError:
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _hashes(content: bytes, names: Sequence[str]) -> Iterator[Value]:
    for name in names:
        yield name, name, hashlib.new(name, content, usedforsecurity=False).hexdigest()


def _entropy(content: bytes) -> float:
    """Bits of a byte, 0 to 8."""
    size = len(content)
    return sum(-count / size * math.log2(count / size) for count in Counter(content).values()) + 0.0


def _section(section: Any, left: _Left) -> Iterator[Value]:
    view = section.content
    size = len(view)
    yield "name", "text", str(section.name)[:LONGEST_NAME]
    yield "size-in-bytes", "size-in-bytes", size
    left.size -= size
    if size and left.size >= 0:
        content = bytes(view)
        yield "entropy", "float", round(_entropy(content), 4)
        yield from _hashes(content, SECTION_HASHES)


def _pe_section(section: Any, left: _Left) -> Iterator[Value]:
    yield from _section(section, left)
    yield "offset", "hex", f"{section.pointerto_raw_data:x}"
    yield "virtual_address", "hex", f"{section.virtual_address:x}"
    yield "virtual_size", "size-in-bytes", section.virtual_size


def _pe(binary: lief.PE.Binary) -> Iterator[Value]:
    header = binary.header
    is_library = lief.PE.Header.CHARACTERISTICS.DLL in header.characteristics_list
    yield "type", "text", "dll" if is_library else "exe"
    yield "machine-type", "text", _word(header.machine)
    yield "entrypoint-address", "text", f"{binary.entrypoint:#x}"
    yield "number-sections", "counter", len(binary.sections)
    yield (
        "compilation-timestamp",
        "datetime",
        datetime.fromtimestamp(header.time_date_stamps, UTC).isoformat(),
    )
    yield "imphash", "imphash", lief.PE.get_imphash(binary, lief.PE.IMPHASH_MODE.PEFILE)
    yield "text", "text", _names("Imports", (library.name for library in binary.imports))


def _elf(binary: lief.ELF.Binary) -> Iterator[Value]:
    header = binary.header
    yield (
        "type",
        "text",
        ELF_TYPES.get(_word(header.file_type), _word(header.file_type)),
    )
    yield "arch", "text", _word(header.machine_type)
    yield "os_abi", "text", _word(header.identity_os_abi)
    yield "entrypoint-address", "text", f"{binary.entrypoint:#x}"
    yield "number-sections", "counter", len(binary.sections)
    yield "text", "text", _names("Libraries", binary.libraries)


def _elf_section(section: Any, left: _Left) -> Iterator[Value]:
    yield from _section(section, left)
    yield "type", "text", _word(section.type)


def _macho(binary: lief.MachO.Binary, name: str) -> Iterator[Value]:
    yield "name", "text", name
    yield "type", "text", _word(binary.header.file_type)
    yield "entrypoint-address", "text", f"{binary.entrypoint:#x}" if binary.has_entrypoint else None
    yield "number-sections", "counter", len(binary.sections)
    yield "text", "text", _names("Libraries", (library.name for library in binary.libraries))


def _word(constant: Any) -> str:
    """The name of a constant; a value that the format does not define is a number for lief."""
    return str(getattr(constant, "name", constant))


def _names(of: str, names: Iterable[Any]) -> str | None:
    found = [str(name)[:LONGEST_NAME] for name in list(names)[:MOST_NAMES]]
    return f"{of}: {', '.join(found)}" if found else None
