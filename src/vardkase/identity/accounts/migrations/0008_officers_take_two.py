from django.db import migrations

# Who has been an officer is remembered where everything that takes two people is kept. What waited is proposed anew.
CARRY_OVER = """
INSERT INTO approval_request (action, subject, title, parameters, subject_state, digest, reason, state, proposed_by,
                              proposed_by_name, proposed_with, proposed_at_console, proposed_at, expires_at,
                              answered_by_name, answered_with, answered_at, answer)
SELECT 'appoint_officer', coalesce(user_id, 0)::text, email, jsonb_build_object('staff_roles', staff_roles), '{}', '',
       '', CASE state WHEN 'agreed' THEN 'approved' WHEN 'waiting' THEN 'stale' ELSE state END, proposed_by,
       proposed_by_name, '', '', proposed_at, coalesce(decided_at, proposed_at), decided_by_name, '', decided_at, ''
FROM appointment ORDER BY id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_credential_history'),
        ('four_eyes', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='appointment',
            name='appointment_one_waiting',
        ),
        migrations.DeleteModel(
            name='Appointment',
        ),
    ]
