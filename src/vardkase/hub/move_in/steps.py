"""The steps of moving in, in order (`taking` says what a step is)."""

from __future__ import annotations

from vardkase.hub.move_in.comparison.step import COMPARISON_STEP
from vardkase.hub.move_in.content import CONTENT_STEPS, KNOWLEDGE_STEPS
from vardkase.hub.move_in.people import PEOPLE_STEPS
from vardkase.hub.move_in.surroundings import SURROUNDING_STEPS
from vardkase.hub.move_in.taking import Step

STEPS: tuple[Step, ...] = (
    *PEOPLE_STEPS,
    *KNOWLEDGE_STEPS,
    *CONTENT_STEPS,
    *SURROUNDING_STEPS,
    COMPARISON_STEP,
)

NOT_MOVED: dict[str, str] = {
    "access_logs": "MISP’s log of requests; this hub keeps its own.",
    "attachment_scans": "Results of the scanner at MISP; files are checked again here.",
    "bruteforces": "Failed sign-ins of the last minutes.",
    "cake_sessions": "Sessions: everybody signs in again.",
    "correlations": "Correlations are computed again here.",
    "correlation_values": "Correlations are computed again here.",
    "default_correlations": "Correlations are computed again here.",
    "no_acl_correlations": "Correlations are computed again here.",
    "shadow_attribute_correlations": "Correlations are computed again here.",
    "fuzzy_correlate_ssdeep": "Fuzzy hashes are computed again here.",
    "event_locks": "Who had an event open in the last minutes.",
    "jobs": "Finished background jobs.",
    "notification_logs": "Which mails were sent lately.",
    "object_relationships": "Comes with the packaged object templates.",
    "threat_levels": "The four levels are built in.",
}
"""Tables that have nothing to take over, and why."""
