"""One outcome for each right that was asked for, where an item had one for all of them."""

import django.db.models.deletion
from django.db import migrations, models

# A refusal was of what its ground is about; anything else met some of the rights. What neither met nor refused
# has no outcome now: the controller of an open request is asked to complete its answer.
SPLIT = """
INSERT INTO data_request_answer (item_id, "right", outcome, ground, reason, at)
SELECT i.id, asked.name, CASE WHEN met.name IS NOT NULL THEN i.outcome ELSE 'refused' END,
    CASE WHEN met.name IS NOT NULL THEN '' ELSE i.ground END, CASE WHEN met.name IS NOT NULL THEN '' ELSE i.reason END,
    coalesce(i.answered_at, now())
FROM data_request_item i
JOIN data_request_controller c ON c.id = i.controller_id
JOIN data_subject_request r ON r.id = c.request_id
CROSS JOIN LATERAL unnest(r.rights) AS asked (name)
LEFT JOIN (VALUES ('given', 'access'), ('corrected', 'rectification'), ('erased', 'rectification'),
    ('erased', 'erasure'), ('erased', 'restriction'), ('erased', 'objection'), ('restricted', 'restriction')
) AS met (outcome, name) ON met.outcome = i.outcome AND met.name = asked.name
LEFT JOIN (VALUES ('gdpr_15_4', 'access'), ('data_protection_5_1', 'access'), ('data_protection_5_2', 'access'),
    ('gdpr_16', 'rectification'), ('gdpr_17_3', 'erasure'), ('gdpr_17_3_archive', 'erasure'),
    ('gdpr_18', 'restriction'), ('gdpr_21_1', 'objection')
) AS refused (ground, name) ON refused.ground = i.ground AND refused.name = asked.name
WHERE met.name IS NOT NULL OR refused.name IS NOT NULL OR i.ground = 'gdpr_12_5';
INSERT INTO data_request_answer (item_id, "right", outcome, ground, reason, at)
SELECT i.id, asked.name, 'another', '', '', coalesce(i.answered_at, now())
FROM data_request_item i
JOIN data_request_controller c ON c.id = i.controller_id
JOIN data_subject_request r ON r.id = c.request_id
CROSS JOIN LATERAL unnest(r.rights) AS asked (name) WHERE i.outcome = 'another';
UPDATE data_request_item i SET answered_at = NULL
FROM data_request_controller c, data_subject_request r
WHERE c.id = i.controller_id AND r.id = c.request_id AND r.state NOT IN ('answered', 'withdrawn')
    AND (SELECT count(*) FROM data_request_answer a WHERE a.item_id = i.id) < cardinality(r.rights);
UPDATE data_request_controller c SET answered_at = NULL, answered_by = ''
FROM data_subject_request r
WHERE r.id = c.request_id AND r.state NOT IN ('answered', 'withdrawn') AND EXISTS (
    SELECT 1 FROM data_request_item i WHERE i.controller_id = c.id AND i.answered_at IS NULL
);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('data_protection', '0003_search_in_files'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnsweredRight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('right', models.CharField(choices=[('access', 'Access: a copy of the data'), ('rectification', 'Rectification'), ('erasure', 'Erasure'), ('restriction', 'Restriction of processing'), ('objection', 'Objection to processing')], max_length=16)),
                ('outcome', models.CharField(choices=[('given', 'Copy given out'), ('corrected', 'Corrected'), ('erased', 'Erased'), ('restricted', 'Processing restricted'), ('refused', 'Refused'), ('another', 'About somebody else'), ('gone', 'No longer there')], max_length=12)),
                ('ground', models.CharField(blank=True, default='', max_length=40)),
                ('reason', models.TextField(blank=True, default='')),
                ('at', models.DateTimeField()),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='data_protection.concerneditem')),
            ],
            options={
                'db_table': 'data_request_answer',
                'constraints': [models.UniqueConstraint(fields=('item', 'right'), name='data_request_answer_once')],
            },
        ),
        migrations.RunSQL(SPLIT, migrations.RunSQL.noop),
        migrations.RemoveField(model_name='concerneditem', name='ground'),
        migrations.RemoveField(model_name='concerneditem', name='outcome'),
        migrations.RemoveField(model_name='concerneditem', name='reason'),
    ]
