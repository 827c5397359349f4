from typing import Any

from django.conf import settings
from django.db import migrations

STATEMENTS = """
UPDATE membership m SET statement_until = held.last
FROM (SELECT membership_id, max(valid_until) AS last FROM security_statement WHERE state = 'accepted' GROUP BY 1) held
WHERE held.membership_id = m.id
"""

# A member that an officer has limited keeps that limit; the rest follow the date of their statement.
PERIODS = """
UPDATE organisation o SET
    read_period = tstzrange(NULL, NULL),
    write_period = tstzrange(NULL, held.day::timestamp AT TIME ZONE %(zone)s),
    sync_period = tstzrange(NULL, (held.day + held.grace)::timestamp AT TIME ZONE %(zone)s)
FROM (
    SELECT m.id, m.organisation_id,
           coalesce(m.statement_until + 1, (coalesce(m.activated, m.began) AT TIME ZONE %(zone)s)::date) AS day,
           coalesce((SELECT value::text::int FROM setting_value WHERE name = 'Vardkase.statement_grace_days'), 14) AS grace
    FROM membership m WHERE m.state = 'active'
) held
WHERE held.organisation_id = o.id AND NOT EXISTS (
    SELECT FROM membership_restriction r
    WHERE r.membership_id = held.id AND r.cause = 'officer' AND r.lifted IS NULL
)
"""

IN_USE = """
WITH officers AS (
    SELECT lower(email) FROM account WHERE staff_roles && ARRAY['membership_officer', 'legal_officer']::varchar[]
    UNION SELECT lower(email) FROM appointment WHERE state IN ('agreed', 'alone')
), begun AS (
    INSERT INTO membership_in_use (id, since) SELECT 1, now() WHERE (SELECT count(*) FROM officers) >= 2 RETURNING id
), host AS (
    SELECT coalesce(
        nullif((SELECT value::text::bigint FROM setting_value WHERE name = 'MISP.host_org_id'), 0),
        (SELECT min(id) FROM organisation WHERE local)
    ) AS id
)
UPDATE organisation o SET
    read_period = 'empty', write_period = 'empty', sync_period = 'empty', fixed_standing = 'no_membership'
WHERE EXISTS (SELECT FROM begun) AND o.id IS DISTINCT FROM (SELECT id FROM host)
  AND NOT EXISTS (SELECT FROM membership m WHERE m.organisation_id = o.id)
"""


def bring_up_to_date(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(STATEMENTS)
        cursor.execute(PERIODS, {"zone": settings.TIME_ZONE})
        if settings.VARDKASE_PROFILE == "hub":
            cursor.execute(IN_USE)


class Migration(migrations.Migration):
    """What statements, limits and missing memberships lead to is a matter of dates that are stored."""

    run_before = [('accounts', '0008_officers_take_two')]  # It reads the table that is carried over there.
    dependencies = [
        ('statements', '0001_initial'),
        ('members', '0003_statement_until'),
        ('organisations', '0009_periods'),
        ('accounts', '0006_appointments'),
        ('settings', '__first__'),
    ]

    operations = [migrations.RunPython(bring_up_to_date, migrations.RunPython.noop)]
