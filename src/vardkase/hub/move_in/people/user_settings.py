"""People's own settings: those that this hub has too, if it accepts their values."""

from __future__ import annotations

import json

from vardkase.core.errors import InvalidValue
from vardkase.core.sql import cursor
from vardkase.hub.move_in.taking import Step, Taking
from vardkase.identity.user_settings.rules import SETTINGS, readable

STAGED = """
SELECT m.id, m.setting, m.value, m.user_id, m.timestamp, a.email
FROM move_in.user_settings m JOIN account a ON a.id = m.user_id ORDER BY m.id
"""
STORE = """
INSERT INTO user_setting AS s (user_id, setting, value, timestamp)
SELECT given.user_id, given.setting, given.value, given.timestamp
FROM jsonb_to_recordset(%s::jsonb) AS given(user_id bigint, setting text, value jsonb, timestamp bigint)
ON CONFLICT (user_id, setting) DO UPDATE SET value = excluded.value, timestamp = excluded.timestamp
WHERE s.timestamp < excluded.timestamp
"""


def take_user_settings(taking: Taking) -> None:
    rows = {}
    for _, setting, value, user_id, timestamp, email in cursor().execute(STAGED).fetchall():
        if setting not in SETTINGS:
            taking.leave_out("user settings", [f"{setting} of {email}"], "This hub has no such setting.")
            continue
        try:
            read = readable(setting, value)
        except InvalidValue as error:
            taking.leave_out(
                "user settings", [f"{setting} of {email}"], f"The value is not accepted: {error.wire}"
            )
            continue
        rows[user_id, setting] = {
            "user_id": user_id,
            "setting": setting,
            "value": read,
            "timestamp": timestamp,
        }
    taking.execute("user settings", STORE, (json.dumps(list(rows.values())),))


STEP = Step("user settings", ("user_settings",), take_user_settings)
