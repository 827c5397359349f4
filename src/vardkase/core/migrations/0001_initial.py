import django.db.models.deletion
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

# For triggers on what is evidence: no code, and no slip at the console, may rewrite it.
REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('procrastinate', '0041_post_retry_failed_job'),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='JobProgress',
            fields=[
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.DB_CASCADE, primary_key=True, related_name='+', serialize=False, to='procrastinate.procrastinatejob')),
                ('done', models.BigIntegerField(default=0)),
                ('total', models.BigIntegerField(default=0)),
                ('started', models.DateTimeField()),
                ('heard', models.DateTimeField()),
                ('fault', models.TextField(blank=True, default='')),
            ],
            options={
                'db_table': 'job_progress',
            },
        ),
        migrations.CreateModel(
            name='LimitUse',
            fields=[
                ('key', models.BinaryField(primary_key=True, serialize=False)),
                ('began', models.BigIntegerField()),
                ('ends', models.BigIntegerField(db_index=True)),
                ('times', models.BigIntegerField()),
            ],
            options={
                'db_table': 'limit_use',
            },
        ),
        migrations.CreateModel(
            name='OutgoingMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipient', models.CharField(max_length=320)),
                ('reply_to', models.CharField(blank=True, default='', max_length=320)),
                ('subject', models.CharField(max_length=255)),
                ('text', models.TextField(blank=True, default='')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('about', models.JSONField(null=True)),
                ('content', models.BinaryField(null=True)),
                ('headers', models.JSONField(default=dict)),
                ('html', models.TextField(blank=True, default='')),
                ('message_id', models.CharField(blank=True, default='', max_length=255)),
            ],
            options={
                'db_table': 'outgoing_mail',
            },
        ),
        migrations.CreateModel(
            name='ScheduledTask',
            fields=[
                ('name', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('paused', models.BooleanField()),
                ('rhythm', models.CharField(choices=[('quarter', 'quarter'), ('hour', 'hour'), ('day', 'day'), ('week', 'week'), ('month', 'month')], max_length=10)),
                ('at', models.TimeField()),
                ('next_run', models.DateTimeField()),
                ('last_run', models.DateTimeField(null=True)),
                ('last_ended', models.DateTimeField(null=True)),
                ('last_count', models.IntegerField(default=0)),
                ('last_fault', models.TextField(blank=True, default='')),
            ],
            options={
                'db_table': 'scheduled_task',
            },
        ),
        migrations.CreateModel(
            name='SettingValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True)),
                ('value', models.JSONField()),
                ('changed', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'setting_value',
            },
        ),
        migrations.CreateModel(
            name='JobLogLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('text', models.CharField(max_length=500)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='+', to='procrastinate.procrastinatejob')),
            ],
            options={
                'db_table': 'job_line',
            },
        ),
        migrations.CreateModel(
            name='MailTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=8)),
                ('version', models.IntegerField()),
                ('is_standard', models.BooleanField(default=False)),
                ('subject', models.CharField(blank=True, default='', max_length=200)),
                ('body', models.TextField(blank=True, default='')),
                ('changed_by', models.CharField(max_length=255)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'db_table': 'mail_template',
                'constraints': [models.UniqueConstraint(fields=('kind', 'language', 'version'), name='mail_template_version')],
            },
        ),
        migrations.CreateModel(
            name='SentMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=8)),
                ('version', models.IntegerField(default=0)),
                ('recipient', models.CharField(max_length=320)),
                ('subject', models.CharField(max_length=255)),
                ('is_encrypted', models.BooleanField(default=False)),
                ('thing_kind', models.CharField(blank=True, default='', max_length=64)),
                ('thing_id', models.BigIntegerField(null=True)),
                ('thing_title', models.CharField(blank=True, default='', max_length=255)),
                ('attachments', models.JSONField(default=list)),
                ('written_by', models.CharField(max_length=255)),
                ('state', models.CharField(choices=[('waiting', 'Waiting to be sent'), ('sent', 'Sent'), ('failed', 'Not sent')], default='waiting', max_length=8)),
                ('fault', models.TextField(blank=True, default='')),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'db_table': 'sent_mail',
                'indexes': [models.Index(fields=['thing_kind', 'thing_id', 'id'], name='sent_mail_thing')],
            },
        ),
        migrations.RunSQL(REFUSE_CHANGE, 'DROP FUNCTION refuse_change()'),
    ]
