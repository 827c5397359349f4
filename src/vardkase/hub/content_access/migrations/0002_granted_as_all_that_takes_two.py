from django.db import migrations

# What was answered is kept where everything that takes two people is. An operator asks anew for what still waits.
CARRY_OVER = """
INSERT INTO approval_request (action, subject, title, parameters, subject_state, digest, reason, state, proposed_by,
                              proposed_by_name, proposed_with, proposed_at_console, proposed_at, expires_at,
                              answered_by, answered_by_name, answered_with, answered_at, answer)
SELECT 'grant_content_access', g.id::text, left(g.asked_by_name || ' #' || g.id, 255),
       jsonb_build_object('reach', g.reach, 'event', g.event_id, 'organisation', coalesce(o.name, ''),
                          'hours', g.hours),
       '{}', '', g.reason,
       CASE WHEN g.state = 'asked' THEN 'stale' WHEN g.state = 'refused' THEN 'declined'
            WHEN g.state = 'lapsed' THEN 'lapsed' WHEN g.decided_at IS NULL THEN 'withdrawn' ELSE 'approved' END,
       g.asked_by_id, g.asked_by_name, '', '', g.asked_at, g.answer_by, g.decided_by_id, g.decided_by_name, '',
       g.decided_at, g.answer
FROM content_grant g LEFT JOIN organisation o ON o.id = g.organisation_id ORDER BY g.id
"""
LAPSE = "UPDATE content_grant SET answer_by = now() WHERE state = 'asked' AND answer_by > now()"


class Migration(migrations.Migration):

    dependencies = [
        ('content_access', '0001_initial'),
        ('four_eyes', '0002_none_of_the_console'),
    ]

    operations = [
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        migrations.RunSQL(LAPSE, migrations.RunSQL.noop),
    ]
