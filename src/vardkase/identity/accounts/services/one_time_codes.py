"""One-time codes of authenticator apps: accepted once, failures counted in the database across all processes.

RFC 6238 section 5.2: a verifier must not accept a second attempt of a code after it accepted the first. The counter of
the last accepted code is kept for each account, also of the code that activates an app, and only later ones count.
"""

from __future__ import annotations

from vardkase.core.sql import cursor

WRONG_CODES = 5
"""How many wrong codes in a row an account may try within `WINDOW`."""
WINDOW = 300

ACCEPT = """
INSERT INTO one_time_code (user_id, counter, wrong, wrong_since) VALUES (%(user)s, %(counter)s, 0, 0)
ON CONFLICT (user_id) DO UPDATE SET counter = EXCLUDED.counter, wrong = 0
WHERE one_time_code.counter < EXCLUDED.counter
"""
# By the clock of the database, which all processes share.
COUNT = """
INSERT INTO one_time_code AS known (user_id, counter, wrong, wrong_since)
VALUES (%(user)s, 0, 1, extract(epoch FROM clock_timestamp())::bigint)
ON CONFLICT (user_id) DO UPDATE SET
    wrong = CASE WHEN known.wrong_since + %(window)s <= EXCLUDED.wrong_since THEN 1 ELSE known.wrong + 1 END,
    wrong_since = CASE
        WHEN known.wrong_since + %(window)s <= EXCLUDED.wrong_since THEN EXCLUDED.wrong_since ELSE known.wrong_since
    END
RETURNING wrong
"""
FORGIVE = "UPDATE one_time_code SET wrong = 0 WHERE user_id = %(user)s"


def accept(user_id: int, counter: int) -> bool:
    """Use up the code of `counter` (Unix time in periods); False if it, or a later one, has been used."""
    return cursor().execute(ACCEPT, {"user": user_id, "counter": counter}).rowcount == 1


def may_try(user_id: int) -> bool:
    """Count an attempt before the code is checked; False after too many consecutive failures."""
    row = cursor().execute(COUNT, {"user": user_id, "window": WINDOW}).fetchone()
    return row is not None and row[0] <= WRONG_CODES


def forgive(user_id: int) -> None:
    cursor().execute(FORGIVE, {"user": user_id})
