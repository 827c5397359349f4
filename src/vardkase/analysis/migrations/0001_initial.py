import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import uuid
import vardkase.analysis.correlation.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='CorrelationExclusion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.TextField(unique=True)),
                ('comment', models.TextField(blank=True, default='')),
                ('from_json', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'correlation_exclusion',
            },
        ),
        migrations.CreateModel(
            name='CorrelationRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('comment', models.TextField(blank=True, default='')),
                ('selector_type', models.CharField(choices=[('orgc_id', 'Creator'), ('org_id', 'Owner'), ('event_id', 'Event Id'), ('event_info', 'Event Info')], max_length=40)),
                ('selector_list', models.JSONField(default=list)),
                ('numbers', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list)),
                ('patterns', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list)),
                ('timestamp', models.BigIntegerField()),
            ],
            options={
                'db_table': 'correlation_rule',
            },
        ),
        migrations.CreateModel(
            name='AttributeKey',
            fields=[
                ('key', models.BigIntegerField()),
                ('attribute_id', models.BigIntegerField()),
                ('event_id', models.BigIntegerField()),
                ('object_id', models.BigIntegerField(null=True)),
                ('distribution', models.SmallIntegerField()),
                ('sharing_group_id', models.BigIntegerField(null=True)),
                ('correlates', models.BooleanField()),
                ('pk', models.CompositePrimaryKey('event_id', 'attribute_id', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'attribute_key',
                'indexes': [models.Index(fields=['key'], include=('event_id', 'attribute_id', 'object_id', 'distribution', 'sharing_group_id', 'correlates'), name='attribute_key_key')],
            },
        ),
        migrations.CreateModel(
            name='AttributeNetwork',
            fields=[
                ('attribute_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('event_id', models.BigIntegerField()),
                ('net', vardkase.analysis.correlation.models.InetField()),
            ],
            options={
                'db_table': 'attribute_network',
                'indexes': [models.Index(fields=['net'], name='attribute_network_net'), django.contrib.postgres.indexes.GistIndex(django.contrib.postgres.indexes.OpClass('net', name='inet_ops'), condition=models.Q(vardkase.analysis.correlation.models.IsNetwork('net')), name='attribute_network_networks'), models.Index(fields=['event_id'], name='attribute_network_event')],
            },
        ),
        migrations.CreateModel(
            name='AttributeSsdeep',
            fields=[
                ('attribute_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('event_id', models.BigIntegerField()),
                ('object_id', models.BigIntegerField(null=True)),
                ('distribution', models.SmallIntegerField()),
                ('sharing_group_id', models.BigIntegerField(null=True)),
                ('hash', models.TextField()),
                ('runs', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
            ],
            options={
                'db_table': 'attribute_ssdeep',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['runs'], name='attribute_ssdeep_runs'), models.Index(fields=['event_id'], name='attribute_ssdeep_event')],
            },
        ),
    ]
