import django.contrib.postgres.fields.ranges
from django.db import migrations, models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

FROM_FLAGS = """
UPDATE organisation SET
    read_period = CASE WHEN may_read THEN read_period ELSE 'empty' END,
    write_period = CASE WHEN may_write THEN write_period ELSE 'empty' END,
    sync_period = CASE WHEN may_sync THEN sync_period ELSE 'empty' END,
    fixed_standing = CASE WHEN standing IN ('onboarding', 'terminated') THEN standing ELSE '' END
WHERE NOT (may_read AND may_write AND may_sync) OR standing <> '';
"""

TRIGGERS = """
CREATE FUNCTION organisation_needs_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM membership_in_use) THEN
        NEW.read_period := 'empty';
        NEW.write_period := 'empty';
        NEW.sync_period := 'empty';
        NEW.fixed_standing := 'no_membership';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organisation_needs_membership BEFORE INSERT ON organisation
    FOR EACH ROW EXECUTE FUNCTION organisation_needs_membership();
CREATE FUNCTION membership_stays_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'membership stays in use';
END $$;
CREATE TRIGGER membership_stays_in_use BEFORE UPDATE OR DELETE ON membership_in_use
    FOR EACH ROW EXECUTE FUNCTION membership_stays_in_use();
"""

NO_TRIGGERS = """
DROP TRIGGER organisation_needs_membership ON organisation;
DROP FUNCTION organisation_needs_membership;
DROP TRIGGER membership_stays_in_use ON membership_in_use;
DROP FUNCTION membership_stays_in_use;
"""


def period() -> django.contrib.postgres.fields.ranges.DateTimeRangeField:
    return django.contrib.postgres.fields.ranges.DateTimeRangeField(db_default=DateTimeTZRange(None, None))


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0008_hides_members'),
    ]

    operations = [
        migrations.AddField('organisation', 'read_period', period()),
        migrations.AddField('organisation', 'write_period', period()),
        migrations.AddField('organisation', 'sync_period', period()),
        migrations.AddField('organisation', 'fixed_standing', models.CharField(blank=True, db_default='', max_length=32)),
        migrations.RunSQL(FROM_FLAGS, migrations.RunSQL.noop),
        migrations.RemoveField('organisation', 'may_read'),
        migrations.RemoveField('organisation', 'may_write'),
        migrations.RemoveField('organisation', 'may_sync'),
        migrations.RemoveField('organisation', 'standing'),
        migrations.CreateModel(
            name='MembershipInUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'db_table': 'membership_in_use',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='membership_in_use_one_row')],
            },
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
