"""What a MISP knows: its vocabularies and lists, its events, and everything on them.

`KNOWLEDGE_STEPS` need organisations and sharing groups, `CONTENT_STEPS` accounts as well.
"""

from __future__ import annotations

from vardkase.hub.move_in.content.attachments import ATTACHMENT_STEP
from vardkase.hub.move_in.content.contributions import CONTRIBUTION_STEPS
from vardkase.hub.move_in.content.correlations import CORRELATION_STEP
from vardkase.hub.move_in.content.events import EVENT_STEPS
from vardkase.hub.move_in.content.galaxies import GALAXY_STEPS
from vardkase.hub.move_in.content.lists import LIST_STEPS
from vardkase.hub.move_in.content.packaged import NUMBER_STEP
from vardkase.hub.move_in.content.tags import (
    CARRIED_STEP,
    COLLECTION_STEP,
    NAMES_STEP,
    TAG_STEP,
    TAXONOMY_STEP,
)
from vardkase.hub.move_in.content.templates import TEMPLATE_STEPS
from vardkase.hub.move_in.content.versions import VERSION_STEP

KNOWLEDGE_STEPS = (
    NUMBER_STEP,
    TAXONOMY_STEP,
    TAG_STEP,
    COLLECTION_STEP,
    *GALAXY_STEPS,
    *LIST_STEPS,
    *TEMPLATE_STEPS,
)
CONTENT_STEPS = (
    *EVENT_STEPS,
    CARRIED_STEP,
    NAMES_STEP,
    *CONTRIBUTION_STEPS,
    ATTACHMENT_STEP,
    CORRELATION_STEP,
    VERSION_STEP,
)
