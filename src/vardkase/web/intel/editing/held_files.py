"""Files of an import, kept between its steps: what they become as objects, and their contents where these are small.

One encrypted upload (`core.held_uploads`) has all files of an import; the form carries its reference.
"""

from __future__ import annotations

import base64
from collections import Counter
from typing import Any

import msgspec
from django.utils.translation import gettext

from vardkase.core import held_uploads
from vardkase.core.limits import Limit

A_DAY = Limit("imported files", 200, 24 * 3600)
"""Imports with files of one user: each keeps up to `held_uploads.MOST_BYTES` for some hours."""
KIND = "import"
ROOM = held_uploads.MOST_BYTES - 512 * 1024
"""Bytes of contents; the rest is for the objects."""
PROGRAMS = {"pe": "PE", "elf": "ELF", "macho": "Mach-O"}
"""Objects of programs."""
MACHINES = {"X86_64": "x86-64", "AMD64": "x86-64", "I386": "x86", "AARCH64": "ARM64"}


class HeldFile(msgspec.Struct):
    """`objects`: MISP objects that describe the file, none of a file whose text was read; `content` is empty if the
    file was too large to keep. `unread`: its import was refused, and the next attempt reads it again.
    """

    name: str
    size: int
    content: bytes = b""
    objects: list[dict[str, Any]] = []
    unread: bool = False

    @property
    def is_sample(self) -> bool:
        return bool(self.objects)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What a person sees of the objects, each with its name: kind, hash, and what is inside."""
        values = {
            attribute["object_relation"]: attribute["value"]
            for each in reversed(self.objects[:2])
            for attribute in each["Attribute"]
        }
        names = Counter(each["name"] for each in self.objects[1:])
        inside = [f"{name} × {count}" if count > 1 else name for name, count in names.items()]
        program = next((PROGRAMS[name] for name in names if name in PROGRAMS), "")
        machine = values.get("arch") or values.get("machine-type") or ""
        detail = ", ".join(filter(None, (program, MACHINES.get(machine, machine))))
        found = (
            (gettext("Kind"), gettext("Program (%(detail)s)") % {"detail": detail} if program else ""),
            (gettext("Media type"), "" if program else values.get("mimetype", "")),
            ("SHA-256", values.get("sha256", "")),
            (gettext("Contents"), values.get("text", "")),
            (gettext("Objects"), ", ".join(inside)),
        )
        return [(name, value) for name, value in found if value]

    def attachment(self) -> dict[str, Any]:
        return {
            "type": "attachment",
            "category": "External analysis",
            "value": self.name,
            "data": base64.b64encode(self.content).decode("ascii"),
            "to_ids": False,
            "disable_correlation": True,
        }

    def sample(self) -> dict[str, Any]:
        return {
            "object_relation": "malware-sample",
            "type": "malware-sample",
            "category": "Payload delivery",
            "value": self.name,
            "data": base64.b64encode(self.content).decode("ascii"),
            "encrypt": True,
            "to_ids": True,
        }


def hold(owner: int | None, files: list[HeldFile]) -> str:
    """Keep the files until they are added; the reference is empty if the user keeps too many.

    Contents that exceed the room for them are left out, the largest first.
    """
    if not files or A_DAY.spend(owner).is_exceeded:
        return ""
    room = ROOM
    for file in sorted(files, key=lambda file: len(file.content)):
        room -= len(file.content)
        if room < 0:
            file.content = b""
    return held_uploads.hold(owner, "", msgspec.msgpack.encode(files), limit=None, kind=KIND)


def drop(owner: int | None, reference: str) -> None:
    held_uploads.drop(owner, reference, kind=KIND)


def held_files(owner: int | None, reference: str) -> list[HeldFile]:
    """Empty if there is no such reference, or no longer."""
    held = held_uploads.find(owner, reference, kind=KIND) if reference else None
    return msgspec.msgpack.decode(held.read(), type=list[HeldFile]) if held is not None else []
