"""What the use cases answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from vardkase.core.errors import FieldErrors, Invalid
from vardkase.misp.fields import IN_THE_FUTURE


@dataclass(slots=True)
class Rejections:
    """Parts of a document that were refused while the rest was stored, by their place in it.

    Keys read ``Attribute.3`` or ``Object.0.Attribute.2``; values are MISP's field errors.
    """

    errors: dict[str, FieldErrors] = field(default_factory=dict)

    def add(self, place: str, errors: FieldErrors) -> None:
        """Remember why the part at `place` was refused."""
        self.errors[place] = errors

    def require_present(self) -> None:
        """Raise Invalid when a part was refused because it lies in the future: then none of the event is stored.

        Without that part the event would seem complete, and whoever sent it would not send the part again.
        """
        for place, errors in self.errors.items():
            if IN_THE_FUTURE in errors.get("timestamp", ()):
                raise Invalid({f"{place}.timestamp": [IN_THE_FUTURE]})

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
