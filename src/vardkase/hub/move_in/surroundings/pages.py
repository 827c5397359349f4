"""News, bookmarks, dashboards and requests for accounts."""

from __future__ import annotations

from vardkase.hub.move_in.taking import Step, Taking, ids_reserved

NEWS = """
INSERT INTO news AS n (id, title, message, user_id, date_created)
SELECT m.id, left(coalesce(m.title, ''), 255), coalesce(m.message, ''), a.id, m.date_created
FROM move_in.news m LEFT JOIN account a ON a.id = m.user_id
ON CONFLICT (id) DO UPDATE SET title = excluded.title, message = excluded.message
WHERE (n.title, n.message) IS DISTINCT FROM (excluded.title, excluded.message)
"""
# A link to MISP itself leads to the hub’s own page: addresses of pages are the same.
BOOKMARKS = """
INSERT INTO bookmark AS b (id, user_id, org_id, name, url, exposed_to_org, comment)
SELECT m.id, a.id, o.id, left(m.name, 191),
    CASE WHEN %(base)s <> '' AND starts_with(regexp_replace(m.url, '^https?://', ''), %(base)s || '/')
         THEN substr(regexp_replace(m.url, '^https?://', ''), length(%(base)s) + 1) ELSE m.url END,
    m.exposed_to_org = 1, coalesce(m.comment, '')
FROM move_in.bookmarks m JOIN account a ON a.id = m.user_id JOIN organisation o ON o.id = m.org_id
WHERE m.url ~* '^(https?://|/)'
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, url = excluded.url, exposed_to_org = excluded.exposed_to_org, comment = excluded.comment
WHERE (b.name, b.url, b.exposed_to_org, b.comment)
    IS DISTINCT FROM (excluded.name, excluded.url, excluded.exposed_to_org, excluded.comment)
"""
DASHBOARDS = """
INSERT INTO dashboard_template AS d (id, uuid, name, description, user_id, value, selectable, timestamp)
SELECT m.id, m.uuid::uuid, m.name, coalesce(m.description, ''), a.id, m.value::jsonb, m.selectable = 1, m.timestamp
FROM move_in.dashboards m JOIN account a ON a.id = m.user_id
WHERE m.value IS JSON ARRAY AND pg_input_is_valid(m.value, 'jsonb') AND pg_input_is_valid(m.uuid, 'uuid')
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, description = excluded.description, value = excluded.value,
    selectable = excluded.selectable, timestamp = excluded.timestamp
WHERE d.uuid = excluded.uuid AND d.timestamp < excluded.timestamp
"""
REGISTRATIONS = """
INSERT INTO inbox AS i (id, uuid, title, type, ip, user_agent, comment, timestamp, data)
SELECT m.id, m.uuid::uuid, m.title, m.type, CASE WHEN pg_input_is_valid(m.ip, 'inet') THEN m.ip::inet END,
    coalesce(m.user_agent, ''), coalesce(m.comment, ''), m.timestamp, m.data::jsonb
FROM move_in.inbox m
WHERE m.deleted = 0 AND m.type = 'registration' AND m.data IS JSON OBJECT AND pg_input_is_valid(m.data, 'jsonb')
    AND pg_input_is_valid(m.uuid, 'uuid')
    AND NOT EXISTS (SELECT FROM inbox i WHERE i.id = m.id)
"""


UNREADABLE_REGISTRATIONS = """
SELECT title FROM move_in.inbox m WHERE m.deleted = 0 AND m.type = 'registration'
    AND NOT EXISTS (SELECT FROM inbox i WHERE i.id = m.id) ORDER BY id
"""


def take_news(taking: Taking) -> None:
    taking.execute("news", NEWS)
    ids_reserved("news")


def take_bookmarks(taking: Taking) -> None:
    base = str(taking.settings["MISP.external_baseurl"] or taking.settings["MISP.baseurl"] or "")
    taking.execute("bookmarks", BOOKMARKS, {"base": base.partition("://")[2].rstrip("/")})
    taking.leave_out_rows(
        "bookmarks",
        "Its owner does not exist, or it leads to something that is no page.",
        "SELECT name FROM move_in.bookmarks m WHERE NOT EXISTS (SELECT FROM bookmark b WHERE b.id = m.id) ORDER BY id",
    )
    ids_reserved("bookmark")


def take_dashboards(taking: Taking) -> None:
    taking.execute("dashboards", DASHBOARDS)
    taking.leave_out_rows(
        "dashboards",
        "Its owner does not exist, or its widgets cannot be read.",
        "SELECT name FROM move_in.dashboards m WHERE NOT EXISTS (SELECT FROM dashboard_template d WHERE d.id = m.id)"
        " ORDER BY id",
    )
    taking.leave_out_rows(
        "dashboards for one organisation or permission only",
        "A layout here is for its owner or for everybody: it stays with its owner until they share it.",
        "SELECT name FROM move_in.dashboards m WHERE m.restrict_to_org_id > 0 OR m.restrict_to_role_id > 0"
        " OR m.restrict_to_permission_flag <> '' ORDER BY id",
    )
    ids_reserved("dashboard_template")


def take_registrations(taking: Taking) -> None:
    taking.execute("requests for accounts", REGISTRATIONS)
    taking.leave_out_rows("requests for accounts", "It cannot be read.", UNREADABLE_REGISTRATIONS)
    ids_reserved("inbox")


STEPS = (
    Step("news", ("news",), take_news),
    Step("bookmarks", ("bookmarks",), take_bookmarks),
    Step("dashboards", ("dashboards",), take_dashboards),
    Step("registrations", ("inbox",), take_registrations),
)
