"""Appeals against decisions on public records are kept with all others."""

from django.db import migrations

# The text that arrived is the incoming document filed at the same moment.
CARRIED = """
INSERT INTO appeal (case_file_id, decision_id, state, document_id, appellant, claim, asks_for_stay, arrived_on, deemed_on,
    deemed_why, last_day, exception, exception_note, reviewed, new_decision_id, letter_id, court, outcome, outcome_on,
    outcome_note, registered_by, at)
SELECT f.id, answer.letter_id,
    CASE
        WHEN a.outcome = 'dismissed' THEN 'dismissed'
        WHEN a.outcome = 'withdrawn' THEN 'withdrawn'
        WHEN a.outcome IN ('changed', 'remitted')
            AND c.state IN ('registered', 'material', 'consultation', 'assessment') THEN 'decided'
        WHEN a.outcome <> '' THEN 'carried_out'
        WHEN a.forwarded_at IS NOT NULL THEN 'forwarded'
        WHEN a.new_answer_id IS NOT NULL THEN 'changed'
        WHEN a.exception <> '' THEN 'in_time'
        ELSE 'registered'
    END,
    (SELECT d.id FROM case_document d WHERE d.case_file_id = f.id AND d.direction = 'incoming'
        ORDER BY abs(extract(epoch FROM d.at - a.at)), d.id LIMIT 1),
    coalesce(nullif(c.name, ''), 'Anonym person'), a.text, false, a.arrived_on, a.deemed_on, a.deemed_why, a.last_day,
    a.exception, a.exception_note, '', new_answer.letter_id, a.letter_id, a.forwarded_to,
    CASE WHEN a.outcome IN ('dismissed', 'withdrawn') THEN '' ELSE a.outcome END,
    CASE WHEN a.outcome NOT IN ('dismissed', 'withdrawn') THEN a.outcome_on END,
    a.outcome_note, a.registered_by, a.at
FROM records_appeal a
    JOIN records_answer answer ON answer.id = a.answer_id
    JOIN records_case c ON c.id = answer.case_id
    JOIN LATERAL (SELECT id FROM case_file WHERE thing_kind = 'records_case' AND thing_id = c.id
        ORDER BY closed_at DESC, id DESC LIMIT 1) f ON true
    LEFT JOIN records_answer new_answer ON new_answer.id = a.new_answer_id
ORDER BY a.id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('case_files', '0006_appealed_documents'),
        ('public_records', '0003_late_appeals'),
    ]

    operations = [
        migrations.RunSQL(CARRIED, migrations.RunSQL.noop),
        migrations.DeleteModel('RecordsAppeal'),
    ]
