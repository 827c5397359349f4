"""The steps of moving in, in order (`taking` says what a step is)."""

from __future__ import annotations

from vardkase.hub.move_in.comparison.step import COMPARISON_STEP
from vardkase.hub.move_in.content import CONTENT_STEPS, KNOWLEDGE_STEPS
from vardkase.hub.move_in.people import PEOPLE_STEPS
from vardkase.hub.move_in.surroundings import SURROUNDING_STEPS
from vardkase.hub.move_in.surroundings.settings import MAIL_STEP
from vardkase.hub.move_in.taking import Step

STEPS: tuple[Step, ...] = (
    MAIL_STEP,
    *PEOPLE_STEPS,
    *KNOWLEDGE_STEPS,
    *CONTENT_STEPS,
    *SURROUNDING_STEPS,
    COMPARISON_STEP,
)
