"""What this hub has nothing for: reported by name."""

from __future__ import annotations

from vardkase.hub.move_in.taking import Step, Taking

TASKS = """
SELECT type || ' at ' || scheduled_time || ', every ' || timer || ' h' FROM move_in.tasks WHERE timer > 0 ORDER BY id
"""
BROWSERS = """
SELECT DISTINCT a.email FROM move_in.user_login_profiles m JOIN account a ON a.id = m.user_id ORDER BY 1
"""
KINDS = (
    (
        "Cerebrate servers",
        "SELECT name || ' (' || url || ')' FROM move_in.cerebrates ORDER BY id",
        "This hub fetches no organisations from Cerebrate; organisations that came from there are moved.",
    ),
    (
        "SightingDB servers",
        "SELECT name || ' (' || host || ')' FROM move_in.sightingdbs ORDER BY id",
        "This hub does not ask SightingDB; sightings in MISP are moved.",
    ),
    ("scheduled tasks", TASKS, "When the hub pulls, pushes and fetches is set under Schedules."),
    (
        "known browsers of people",
        BROWSERS,
        "This hub does not compare browsers at sign-in; people are told of every change of their sign-in.",
    ),
)


def leave_out(taking: Taking) -> None:
    for kind, statement, why in KINDS:
        taking.leave_out_rows(kind, why, statement)


TABLES = ("cerebrates", "sightingdbs", "sightingdb_orgs", "tasks", "user_login_profiles")
STEP = Step("surroundings without a place", TABLES, leave_out)
