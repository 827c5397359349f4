from django.db import migrations, models


class Migration(migrations.Migration):
    """Takes the log and the texts over from `hub.correspondence`; their tables stay as they are."""

    dependencies = [("mail", "0003_delete_mailcount"), ("correspondence", "0006_log_and_texts_to_core")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
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
            ],
        ),
    ]
