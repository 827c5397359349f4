"""What is appealed, and what is written about it, are documents of the case: not every decision is a letter."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# A letter from before its case had a file is filed now, since a decision has to be in the case.
FILED = """
INSERT INTO case_document (case_file_id, number, direction, title, counterpart, text, content, media_type, file_name,
    sha256, letter_id, occurred_at, at, by)
SELECT missing.case_file_id,
    (SELECT coalesce(max(number), 0) FROM case_document d WHERE d.case_file_id = missing.case_file_id)
        + row_number() OVER (PARTITION BY missing.case_file_id ORDER BY l.id),
    'outgoing', l.title, '', '', '', 'application/pdf', '', l.sha256, l.id, l.at, now(), l.signed_by
FROM (
    SELECT a.case_file_id, unnest(ARRAY[a.old_letter_id, a.old_new_decision_id]) AS letter_id FROM appeal a
    EXCEPT SELECT f.id, d.letter_id FROM case_document d JOIN case_file c ON c.id = d.case_file_id
        JOIN case_file f ON f.thing_kind = c.thing_kind AND f.thing_id = c.thing_id
) missing JOIN letter l ON l.id = missing.letter_id;
"""
# "The same thing": a letter may be filed in an earlier case about it.
FOUND = """
UPDATE appeal a SET
    decision_id = (SELECT d.id FROM case_document d JOIN case_file c ON c.id = d.case_file_id
        WHERE d.letter_id = a.old_letter_id ORDER BY c.id = a.case_file_id DESC, d.id LIMIT 1),
    new_decision_id = (SELECT d.id FROM case_document d JOIN case_file c ON c.id = d.case_file_id
        WHERE d.letter_id = a.old_new_decision_id ORDER BY c.id = a.case_file_id DESC, d.id LIMIT 1),
    letter_id = (SELECT d.id FROM case_document d JOIN letter l ON l.id = d.letter_id
        WHERE d.case_file_id = a.case_file_id AND l.at >= a.at AND l.kind = CASE
            WHEN a.state = 'dismissed' THEN 'letter_appeal_dismissed' ELSE 'letter_appeal_forwarded' END
            AND a.state IN ('dismissed', 'forwarded', 'decided', 'carried_out')
        ORDER BY d.id LIMIT 1);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


def to_document(**options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, to='case_files.casedocument', **options
    )


class Migration(migrations.Migration):

    dependencies = [
        ('case_files', '0005_alter_appeal_exception'),
    ]

    operations = [
        migrations.RenameField('appeal', 'letter', 'old_letter'),
        migrations.RenameField('appeal', 'new_decision', 'old_new_decision'),
        migrations.AddField('appeal', 'decision', to_document(related_name='appeals', null=True)),
        migrations.AddField('appeal', 'new_decision', to_document(related_name='+', null=True)),
        migrations.AddField('appeal', 'letter', to_document(related_name='+', null=True)),
        migrations.RunSQL(FILED, migrations.RunSQL.noop),
        migrations.RunSQL(FOUND, migrations.RunSQL.noop),
        migrations.RemoveField('appeal', 'old_letter'),
        migrations.RemoveField('appeal', 'old_new_decision'),
        migrations.AlterField('appeal', 'decision', to_document(related_name='appeals')),
    ]
