"""Texts without the personal data whose retention period has ended: in stored rows, and in documents of versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from vardkase.intel.personal_data.detection import in_text, marks_in_attribute
from vardkase.intel.personal_data.kinds import KIND_OF_TYPE, FoundPersonalData, PersonalDataKind
from vardkase.intel.personal_data.pseudonyms import is_pseudonym, pseudonym
from vardkase.intel.personal_data.replacing import REMOVED, Replacement


class Ending(Protocol):
    """How texts become without what has to end: `None`, if nothing has to."""

    def in_attribute(
        self, event_uuid: UUID, type_: str, value: str, comment: str, /
    ) -> tuple[str | None, str] | None:
        """The value and comment as they become; None for a value of which nothing is left."""

    def in_text(self, event_uuid: UUID, text: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Expired:
    """What is due: personal data of `kind` (empty: of every kind); with `whole`, the values of attributes whatever is
    in them. `removed` is written where something is removed."""

    kind: str
    whole: bool
    way: Replacement
    removed: str = REMOVED

    def in_attribute(
        self, event_uuid: UUID, type_: str, value: str, comment: str
    ) -> tuple[str | None, str] | None:
        """The value and comment as they become; None for a value of which nothing is left. None: nothing is due."""
        in_value, in_comment = marks_in_attribute(type_, value, comment)
        due_value = self._due(mark.found for mark in in_value)
        if self.whole and value and not is_pseudonym(value):
            due_value = [
                FoundPersonalData(0, len(value), KIND_OF_TYPE.get(type_, PersonalDataKind.CIRCUMSTANCE))
            ]
        due_comment = self._due(mark.found for mark in in_comment)
        if not due_value and not due_comment:
            return None
        is_whole = any((each.start, each.end) == (0, len(value)) for each in due_value)
        if is_whole and self.way is Replacement.REMOVAL:
            return None, ""
        return (
            self._replaced(event_uuid, value, due_value, is_value=is_whole),
            self._replaced(event_uuid, comment, due_comment),
        )

    def in_text(self, event_uuid: UUID, text: str) -> str | None:
        due = self._due(in_text(text)) if text else []
        return self._replaced(event_uuid, text, due) if due else None

    def _due(self, found: Iterable[FoundPersonalData]) -> list[FoundPersonalData]:
        return [each for each in found if not self.kind or each.kind == self.kind]

    def _replaced(
        self, event_uuid: UUID, text: str, due: list[FoundPersonalData], *, is_value: bool = False
    ) -> str:
        for each in reversed(due):  # From the end, so that the places before stay right.
            detail = text[each.start : each.end]
            if self.way is Replacement.PSEUDONYM:
                put = pseudonym(event_uuid, each.kind, detail, is_value=is_value)
            else:
                put = self.removed
            text = text[: each.start] + put + text[each.end :]
        return text
