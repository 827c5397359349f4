from django.db import migrations

# What somebody at the console had proposed is proposed anew, by a person: the console is no second one.
CLOSE = """
UPDATE approval_request SET state = 'stale'
WHERE state = 'waiting' AND (proposed_at_console <> '' OR proposed_by IS NULL)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('four_eyes', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(CLOSE, migrations.RunSQL.noop),
    ]
