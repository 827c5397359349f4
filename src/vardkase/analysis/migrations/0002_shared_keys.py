from django.db import migrations, models

MARK_STORED = """
INSERT INTO shared_key (event_id, key)
SELECT DISTINCT k.event_id, k.key FROM attribute_key k
JOIN (SELECT key FROM attribute_key GROUP BY key HAVING min(event_id) <> max(event_id)) shared USING (key)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('analysis', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='UnmarkedEvent',
            fields=[
                ('event_id', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'unmarked_event',
            },
        ),
        migrations.CreateModel(
            name='SharedKey',
            fields=[
                ('pk', models.CompositePrimaryKey('event_id', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('event_id', models.BigIntegerField()),
                ('key', models.BigIntegerField()),
            ],
            options={
                'db_table': 'shared_key',
            },
        ),
        migrations.RunSQL(MARK_STORED, migrations.RunSQL.noop),
    ]
