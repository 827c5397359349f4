"""What is in MISP’s database and is not moved, whatever it holds."""

from __future__ import annotations

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
    "rest_client_histories": "What people tried in MISP’s REST client.",
    "threat_levels": "The four levels are built in.",
}
"""Tables that have nothing to take over, and why: their rows are counted and not read."""
