"""What the use cases answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from vardkase.core.errors import FieldErrors


@dataclass(slots=True)
class Rejections:
    """Parts of a document that were refused while the rest was stored, by their place in it.

    Keys read ``Attribute.3`` or ``Object.0.Attribute.2``; values are MISP's field errors.
    """

    errors: dict[str, FieldErrors] = field(default_factory=dict)

    def add(self, place: str, errors: FieldErrors) -> None:
        """Remember why the part at `place` was refused."""
        self.errors[place] = errors

    def __bool__(self) -> bool:
        return bool(self.errors)


@dataclass(frozen=True, slots=True)
class Ingested:
    """A stored event, and what of the request did not make it.

    `waits`: the document publishes it, and somebody else has to agree first.
    """

    event_id: int
    rejections: Rejections
    waits: bool = False


@dataclass(frozen=True, slots=True)
class AddedAttributes:
    """New attributes in the order sent (only those that were stored), and what was refused."""

    attribute_ids: list[int]
    rejections: Rejections
