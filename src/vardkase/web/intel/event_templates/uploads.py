"""Files of a guided form, kept until it is sent without errors."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext

from vardkase.core import held_uploads

MOST_FILES = 20
"""In one field."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    name: str
    size: int
    content: bytes
    reference: str = ""

    def document(self) -> dict[str, str]:
        return {"filename": self.name, "data": base64.b64encode(self.content).decode("ascii")}


@dataclass(slots=True)
class Room:
    """What is left of the bytes that all files of one form may have."""

    left: int = held_uploads.MOST_BYTES

    def takes(self, size: int) -> bool:
        self.left -= size
        return self.left >= 0


@dataclass(slots=True)
class FileAnswers:
    """The files of one field: those sent now, and those kept since it was sent before."""

    owner: int | None
    files: list[KeptFile] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def read(self, references: Sequence[str], uploads: Sequence[UploadedFile[Any]], room: Room) -> None:
        if len(references) + len(uploads) > MOST_FILES:
            self.errors.append(gettext("Choose at most %(n)s files.") % {"n": MOST_FILES})
            return
        for reference in references:
            held = held_uploads.find(self.owner, reference)
            if held is None:
                self.errors.append(gettext("The file is no longer kept. Choose it again."))
            elif room.takes(held.size):
                self.files.append(KeptFile(held.name, held.size, held.read(), reference))
        for upload in uploads:
            size = upload.size or 0
            if room.takes(size):
                self.files.append(KeptFile(upload.name or "", size, upload.read()))
        if room.left < 0:
            self.errors.append(gettext("The files are too large together."))

    def keep(self) -> None:
        """Hold new files until the form is sent again: a browser never sends a chosen file twice."""
        kept = []
        for file in self.files:
            reference = file.reference or held_uploads.hold(self.owner, file.name, file.content)
            if reference:
                kept.append(KeptFile(file.name, file.size, file.content, reference))
            else:
                lost = gettext("The file could not be kept. Choose it again: %(name)s")
                self.errors.append(lost % {"name": file.name})
        self.files = kept

    def drop(self) -> None:
        for file in self.files:
            if file.reference:
                held_uploads.drop(self.owner, file.reference)
