"""What this hub has nothing for: reported by name."""

from __future__ import annotations

from vardkase.hub.move_in.taking import Step, Taking

TASKS = """
SELECT concat(type, ' at ', scheduled_time,
    CASE WHEN timer > 0 THEN ', every ' || timer || ' h' ELSE ', not repeated' END)
FROM move_in.tasks ORDER BY id
"""
BROWSERS = """
SELECT concat_ws(' ', coalesce(u.email, 'user ' || m.user_id), nullif(m.ua_browser, ''), nullif(m.ua_platform, ''))
FROM move_in.user_login_profiles m LEFT JOIN move_in.users u ON u.id = m.user_id ORDER BY m.id
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
