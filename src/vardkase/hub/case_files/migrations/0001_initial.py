import django.db.models.deletion
from django.db import migrations, models

# A document of a case is evidence. It is deleted when the retention plan says so, in a transaction that declares it.
KEEP_DOCUMENTS = """
CREATE TRIGGER case_document_is_never_changed BEFORE UPDATE ON case_document
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER case_document_is_kept BEFORE DELETE ON case_document
    FOR EACH ROW WHEN (coalesce(current_setting('vardkase.disposal', true), '') <> 'on')
    EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('correspondence', '0001_initial'),
        ('identity', '0002_refusal_note_recorded_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True)),
                ('kind', models.CharField(choices=[('membership', 'Membership'), ('public_records', 'Request for public records'), ('data_subject', 'Request from a data subject'), ('spill', 'Spill of classified information')], max_length=16)),
                ('registry_number', models.CharField(blank=True, default='', max_length=64)),
                ('title', models.CharField(max_length=255)),
                ('party', models.CharField(blank=True, default='', max_length=255)),
                ('thing_kind', models.CharField(max_length=64)),
                ('thing_id', models.BigIntegerField()),
                ('opened_at', models.DateTimeField(auto_now_add=True)),
                ('opened_by', models.CharField(max_length=255)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.CharField(blank=True, default='', max_length=255)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.organisation')),
            ],
            options={
                'db_table': 'case_file',
            },
        ),
        migrations.CreateModel(
            name='CaseDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('direction', models.CharField(choices=[('incoming', 'Incoming'), ('outgoing', 'Outgoing'), ('internal', 'Internal')], max_length=8)),
                ('title', models.CharField(max_length=255)),
                ('counterpart', models.CharField(blank=True, default='', max_length=320)),
                ('text', models.TextField(blank=True, default='')),
                ('content', models.BinaryField(default=b'')),
                ('media_type', models.CharField(default='text/plain', max_length=100)),
                ('file_name', models.CharField(blank=True, default='', max_length=255)),
                ('sha256', models.CharField(max_length=64)),
                ('occurred_at', models.DateTimeField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.CharField(max_length=255)),
                ('letter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='correspondence.letter')),
                ('case_file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='case_files.casefile')),
            ],
            options={
                'db_table': 'case_document',
            },
        ),
        migrations.AddIndex(
            model_name='casefile',
            index=models.Index(fields=['thing_kind', 'thing_id', 'id'], name='case_file_thing'),
        ),
        migrations.AddIndex(
            model_name='casefile',
            index=models.Index(fields=['kind', 'closed_at'], name='case_file_kind'),
        ),
        migrations.AddConstraint(
            model_name='casefile',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('thing_kind', 'thing_id'), name='case_file_open_once'),
        ),
        migrations.AddConstraint(
            model_name='casedocument',
            constraint=models.UniqueConstraint(fields=('case_file', 'number'), name='case_document_number'),
        ),
        migrations.AddConstraint(
            model_name='casedocument',
            constraint=models.UniqueConstraint(condition=models.Q(('letter__isnull', False)), fields=('case_file', 'letter'), name='case_document_letter'),
        ),
        migrations.RunSQL(KEEP_DOCUMENTS, migrations.RunSQL.noop),
    ]
