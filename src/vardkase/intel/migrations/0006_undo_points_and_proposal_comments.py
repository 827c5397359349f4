import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0001_initial'),
        ('intel', '0005_report_drafts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ProposalComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('written_at', models.DateTimeField()),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='identity.organisation')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='comments', to='intel.proposal')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.DB_SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'proposal_comment',
            },
        ),
        migrations.CreateModel(
            name='UndoPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(db_index=True)),
                ('reference_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='+', to='intel.event')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'undo_point',
            },
        ),
        migrations.CreateModel(
            name='AttributeBefore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attribute_id', models.BigIntegerField(db_index=True)),
                ('content', models.JSONField()),
                ('after', models.CharField(max_length=32)),
                ('data_sha256', models.CharField(max_length=64, null=True)),
                ('point', models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='attributes', to='intel.undopoint')),
            ],
            options={
                'db_table': 'attribute_before',
            },
        ),
    ]
