from django.db import migrations

# A proposal that waits is made anew: nobody has read it as it would be approved now.
CARRY_OVER = """
INSERT INTO approval_request (action, subject, title, parameters, subject_state, digest, reason, state, proposed_by,
                              proposed_by_name, proposed_with, proposed_at_console, proposed_at, expires_at,
                              answered_by, answered_by_name, answered_with, answered_at, answer)
SELECT 'decide_application', a.number, left(a.number || ' ' || a.organisation_name, 255),
       jsonb_build_object('outcome', p.outcome, 'reasons', p.reasons, 'exception', p.exception), '{}', '', p.reasons,
       CASE p.state WHEN 'open' THEN 'stale' WHEN 'agreed' THEN 'approved' WHEN 'opposed' THEN 'declined'
            ELSE p.state END,
       p.proposed_by, p.proposed_by_name, '', p.proposed_at_console, p.proposed, coalesce(p.answered, p.proposed),
       p.answered_by, p.answered_by_name, '', p.answered, p.answer
FROM decision_proposal p JOIN application a ON a.id = p.application_id ORDER BY p.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0007_delete_attempt'),
        ('assessments', '0003_impartial'),
        ('four_eyes', '0002_none_of_the_console'),
    ]

    operations = [
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        migrations.DeleteModel(
            name='Proposal',
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('four_eyes.approvalrequest',),
        ),
    ]
