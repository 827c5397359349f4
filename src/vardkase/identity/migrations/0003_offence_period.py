import django.contrib.postgres.fields.ranges
import psycopg.types.range
from django.db import migrations, models

# Whatever creates an organisation, it may do nothing until it is a member, once membership is in use. Nobody but the
# hub's membership opens the last of the periods again: no legal ground, no data on offences.
MEMBERS_ONLY = """
CREATE OR REPLACE FUNCTION organisation_needs_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM membership_in_use) THEN
        NEW.read_period := 'empty';
        NEW.write_period := 'empty';
        NEW.sync_period := 'empty';
        NEW.offence_period := 'empty';
        NEW.fixed_standing := 'no_membership';
    END IF;
    RETURN NEW;
END $$;
UPDATE organisation SET offence_period = 'empty' WHERE EXISTS (SELECT FROM membership_in_use);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0002_refusal_note_recorded_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='offence_period',
            field=django.contrib.postgres.fields.ranges.DateTimeRangeField(db_default=psycopg.types.range.Range(None, None, '()')),
        ),
        migrations.AddField(
            model_name='organisation',
            name='tells_withheld',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(MEMBERS_ONLY, migrations.RunSQL.noop),
    ]
