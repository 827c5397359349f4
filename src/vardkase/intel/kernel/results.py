"""Result types of services."""

from __future__ import annotations

from dataclasses import dataclass, field

from vardkase.core.errors import FieldErrors, Invalid
from vardkase.core.misp_problems import MispProblem
from vardkase.core.problems import ProblemCode

TAG_PLACE = "Tag."


@dataclass(slots=True)
class Rejections:
    """Rejected parts of a document that was otherwise stored, by their place in it.

    Keys are like ``Attribute.3`` or ``Object.0.Attribute.2``, and ``Tag.tlp:red`` for a tag, wherever it stood; values
    are errors by field.
    """

    errors: dict[str, FieldErrors] = field(default_factory=dict)

    def add(self, place: str, errors: FieldErrors) -> None:
        self.errors[place] = errors

    def without_tags(self) -> Rejections:
        kept = {place: errors for place, errors in self.errors.items() if not place.startswith(TAG_PLACE)}
        return Rejections(kept)

    def has(self, place: str, code: ProblemCode) -> bool:
        return any(
            problem.code is code for problems in self.errors.get(place, {}).values() for problem in problems
        )

    def require_present(self) -> None:
        """Raise Invalid if a part was rejected for a time in the future: then none of the event is stored.

        Otherwise the event would appear complete, and the sender would not send the part again.
        """
        for place, errors in self.errors.items():
            if (problem := MispProblem.IN_THE_FUTURE()) in errors.get("timestamp", ()):
                raise Invalid({f"{place}.timestamp": [problem]})

    def __bool__(self) -> bool:
        return bool(self.errors)


@dataclass(frozen=True, slots=True)
class Ingested:
    """A stored event, and what was rejected. `waits`: the document publishes it, and somebody else has to
    approve. `is_quarantined`: it is stored, and nobody may read it (`services.quarantine`)."""

    event_id: int
    rejections: Rejections
    waits: bool = False
    is_quarantined: bool = False


@dataclass(frozen=True, slots=True)
class AddedAttributes:
    attribute_ids: list[int]
    rejections: Rejections
