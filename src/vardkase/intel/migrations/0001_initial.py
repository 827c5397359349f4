import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# What went out is evidence.
KEEP_VERSIONS = """
CREATE TRIGGER snapshot_is_never_changed BEFORE UPDATE ON snapshot
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_version_is_never_changed BEFORE UPDATE ON event_version
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('identity', '0001_initial'),
        ('knowledge', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('document', models.BinaryField()),
                ('size', models.BigIntegerField()),
            ],
            options={
                'db_table': 'snapshot',
            },
        ),
        migrations.CreateModel(
            name='Attribute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('object_relation', models.TextField(null=True)),
                ('type', models.TextField()),
                ('category', models.TextField()),
                ('value1', models.TextField()),
                ('value2', models.TextField(null=True)),
                ('to_ids', models.BooleanField()),
                ('distribution', models.SmallIntegerField(default=5)),
                ('timestamp', models.BigIntegerField()),
                ('comment', models.TextField(default='')),
                ('deleted', models.BooleanField(default=False)),
                ('disable_correlation', models.BooleanField(default=False)),
                ('first_seen', models.BigIntegerField(null=True)),
                ('last_seen', models.BigIntegerField(null=True)),
                ('data_sha256', models.CharField(max_length=64, null=True)),
                ('sharing_group', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attributes', to='identity.sharinggroup')),
            ],
            options={
                'db_table': 'attribute',
            },
        ),
        migrations.CreateModel(
            name='Collection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('user_id', models.BigIntegerField(default=0)),
                ('created', models.DateTimeField()),
                ('modified', models.DateTimeField()),
                ('distribution', models.SmallIntegerField()),
                ('name', models.CharField(max_length=255)),
                ('type', models.CharField(choices=[('campaign', 'Campaign'), ('intrusion_set', 'Intrusion Set'), ('named_threat', 'Named Threat'), ('other', 'Other'), ('research', 'Research')], max_length=80)),
                ('description', models.TextField(blank=True, default='')),
                ('locked', models.BooleanField(default=False)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='collections', to='identity.organisation')),
                ('orgc', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='created_collections', to='identity.organisation')),
                ('sharing_group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='collections', to='identity.sharinggroup')),
            ],
            options={
                'db_table': 'collection',
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('user_id', models.BigIntegerField(default=0)),
                ('date', models.DateField()),
                ('info', models.TextField()),
                ('threat_level_id', models.SmallIntegerField(default=4)),
                ('analysis', models.SmallIntegerField(default=0)),
                ('distribution', models.SmallIntegerField(default=0)),
                ('timestamp', models.BigIntegerField()),
                ('publish_timestamp', models.BigIntegerField(default=0)),
                ('sighting_timestamp', models.BigIntegerField(default=0)),
                ('published', models.BooleanField(default=False)),
                ('locked', models.BooleanField(default=False)),
                ('proposal_email_lock', models.BooleanField(default=False)),
                ('disable_correlation', models.BooleanField(default=False)),
                ('protected', models.BooleanField(null=True)),
                ('extends_uuid', models.UUIDField(null=True)),
                ('attribute_count', models.IntegerField(default=0)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owned_events', to='identity.organisation')),
                ('orgc', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='created_events', to='identity.organisation')),
                ('sharing_group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='identity.sharinggroup')),
                ('withheld', models.BooleanField(db_default=False, default=False)),
                ('private_sighting_timestamp', models.BigIntegerField(db_default=0, default=0)),
                ('private_timestamp', models.BigIntegerField(db_default=0, default=0)),
                ('group_changes_unpublished', models.BooleanField(db_default=False, default=False)),
                ('has_group_times', models.BooleanField(db_default=False, default=False)),
                ('private_publish_timestamp', models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                'db_table': 'event',
            },
        ),
        migrations.CreateModel(
            name='CryptographicKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('type', models.CharField(default='pgp', max_length=20)),
                ('timestamp', models.BigIntegerField()),
                ('key_data', models.TextField()),
                ('revoked', models.BooleanField(default=False)),
                ('fingerprint', models.CharField(max_length=64)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cryptographic_keys', to='intel.event')),
            ],
            options={
                'db_table': 'cryptographic_key',
            },
        ),
        migrations.CreateModel(
            name='AttributeTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('local', models.BooleanField(default=False)),
                ('relationship_type', models.CharField(blank=True, default='', max_length=191)),
                ('attribute', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attribute_tags', to='intel.attribute')),
                ('tag', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attribute_tags', to='knowledge.tag')),
                ('event', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attribute_tags', to='intel.event')),
            ],
            options={
                'db_table': 'attribute_tag',
            },
        ),
        migrations.AddField(
            model_name='attribute',
            name='event',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attributes', to='intel.event'),
        ),
        migrations.CreateModel(
            name='EventDelegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message', models.TextField(blank=True, default='')),
                ('distribution', models.SmallIntegerField(default=-1)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='delegation', to='intel.event')),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.organisation')),
                ('requester_org', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.organisation')),
                ('sharing_group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.sharinggroup')),
            ],
            options={
                'db_table': 'event_delegation',
            },
        ),
        migrations.CreateModel(
            name='EventGraph',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField()),
                ('timestamp', models.BigIntegerField()),
                ('network_name', models.CharField(blank=True, default='', max_length=255)),
                ('network_json', models.TextField()),
                ('preview', models.BinaryField(default=bytes)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='graphs', to='intel.event')),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.organisation')),
            ],
            options={
                'db_table': 'event_graph',
            },
        ),
        migrations.CreateModel(
            name='EventGroupTimes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
                ('timestamp', models.BigIntegerField(db_default=0, default=0)),
                ('sighting_timestamp', models.BigIntegerField(db_default=0, default=0)),
                ('publish_timestamp', models.BigIntegerField(db_default=0, default=0)),
                ('published', models.BooleanField(db_default=True, default=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='group_times', to='intel.event')),
            ],
            options={
                'db_table': 'event_group_times',
            },
        ),
        migrations.CreateModel(
            name='EventLock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lock_id', models.UUIDField(default=uuid.uuid4)),
                ('expires', models.BigIntegerField()),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='locks', to='intel.event')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'event_lock',
            },
        ),
        migrations.CreateModel(
            name='EventReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('content', models.TextField(default='')),
                ('distribution', models.SmallIntegerField(default=5)),
                ('timestamp', models.BigIntegerField()),
                ('deleted', models.BooleanField(default=False)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='intel.event')),
                ('sharing_group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='identity.sharinggroup')),
            ],
            options={
                'db_table': 'event_report',
            },
        ),
        migrations.CreateModel(
            name='EventReportTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('local', models.BooleanField(default=False)),
                ('relationship_type', models.CharField(blank=True, default='', max_length=191)),
                ('event_report', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DB_CASCADE, related_name='report_tags', to='intel.eventreport')),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='report_tags', to='knowledge.tag')),
            ],
            options={
                'db_table': 'event_report_tag',
            },
        ),
        migrations.CreateModel(
            name='EventTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('local', models.BooleanField(default=False)),
                ('relationship_type', models.CharField(blank=True, default='', max_length=191)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='event_tags', to='intel.event')),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='event_tags', to='knowledge.tag')),
            ],
            options={
                'db_table': 'event_tag',
            },
        ),
        migrations.CreateModel(
            name='EventTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('description', models.TextField(blank=True, default='')),
                ('creator_user_id', models.BigIntegerField(default=0)),
                ('all_orgs', models.BooleanField(default=False)),
                ('active', models.BooleanField(default=True)),
                ('default', models.BooleanField(default=False)),
                ('version', models.IntegerField(default=1)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('modified', models.DateTimeField(auto_now=True)),
                ('definition', models.JSONField(default=dict)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.organisation')),
            ],
            options={
                'db_table': 'event_template',
            },
        ),
        migrations.CreateModel(
            name='Object',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.TextField()),
                ('meta_category', models.TextField()),
                ('description', models.TextField(null=True)),
                ('template_uuid', models.TextField(null=True)),
                ('template_version', models.IntegerField(default=1)),
                ('timestamp', models.BigIntegerField()),
                ('distribution', models.SmallIntegerField(default=5)),
                ('comment', models.TextField(default='')),
                ('deleted', models.BooleanField(default=False)),
                ('first_seen', models.BigIntegerField(null=True)),
                ('last_seen', models.BigIntegerField(null=True)),
                ('event', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='misp_objects', to='intel.event')),
                ('sharing_group', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='misp_objects', to='identity.sharinggroup')),
                ('private_timestamp', models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                'db_table': 'object',
            },
        ),
        migrations.AddField(
            model_name='attribute',
            name='object',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attributes', to='intel.object'),
        ),
        migrations.CreateModel(
            name='ObjectReference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('source_uuid', models.UUIDField()),
                ('referenced_uuid', models.UUIDField()),
                ('referenced_id', models.BigIntegerField()),
                ('referenced_type', models.SmallIntegerField()),
                ('relationship_type', models.TextField(default='')),
                ('comment', models.TextField(default='')),
                ('timestamp', models.BigIntegerField()),
                ('deleted', models.BooleanField(default=False)),
                ('event', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='references', to='intel.event')),
                ('object', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='references', to='intel.object')),
            ],
            options={
                'db_table': 'object_reference',
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_index=True, default=uuid.uuid4)),
                ('user_id', models.BigIntegerField(default=0)),
                ('type', models.TextField()),
                ('category', models.TextField()),
                ('value1', models.TextField()),
                ('value2', models.TextField(null=True)),
                ('to_ids', models.BooleanField()),
                ('comment', models.TextField(blank=True, default='')),
                ('first_seen', models.BigIntegerField(null=True)),
                ('last_seen', models.BigIntegerField(null=True)),
                ('disable_correlation', models.BooleanField(default=False)),
                ('data_sha256', models.CharField(max_length=64, null=True)),
                ('to_delete', models.BooleanField(default=False)),
                ('deleted', models.BooleanField(default=False)),
                ('timestamp', models.BigIntegerField()),
                ('attribute', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='proposals', to='intel.attribute')),
                ('event', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='proposals', to='intel.event')),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='identity.organisation')),
            ],
            options={
                'db_table': 'proposal',
            },
        ),
        migrations.CreateModel(
            name='Sighting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('date_sighting', models.BigIntegerField()),
                ('source', models.CharField(blank=True, default='', max_length=255)),
                ('type', models.SmallIntegerField(choices=[(0, 'Seen'), (1, 'False Positive'), (2, 'Expiration')], default=0)),
                ('attribute', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='sightings', to='intel.attribute')),
                ('event', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='sightings', to='intel.event')),
                ('org', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sightings', to='identity.organisation')),
            ],
            options={
                'db_table': 'sighting',
            },
        ),
        migrations.CreateModel(
            name='EventVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.BigIntegerField()),
                ('event_uuid', models.UUIDField()),
                ('version', models.IntegerField()),
                ('published_at', models.BigIntegerField()),
                ('published_by', models.CharField(max_length=255)),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='intel.snapshot')),
            ],
            options={
                'db_table': 'event_version',
            },
        ),
        migrations.CreateModel(
            name='AnalystData',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.SmallIntegerField(choices=[(0, 'Note'), (1, 'Opinion'), (2, 'Relationship')])),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('object_type', models.CharField(max_length=32)),
                ('object_uuid', models.UUIDField()),
                ('authors', models.TextField(blank=True, default='')),
                ('created', models.DateTimeField()),
                ('modified', models.DateTimeField()),
                ('distribution', models.SmallIntegerField()),
                ('locked', models.BooleanField(default=False)),
                ('text', models.TextField(null=True)),
                ('language', models.CharField(default='en', max_length=16)),
                ('opinion', models.SmallIntegerField(null=True)),
                ('relationship_type', models.CharField(blank=True, default='', max_length=255)),
                ('related_object_type', models.CharField(blank=True, default='', max_length=32)),
                ('related_object_uuid', models.UUIDField(null=True)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='analyst_data', to='identity.organisation')),
                ('orgc', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='created_analyst_data', to='identity.organisation')),
                ('sharing_group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='analyst_data', to='identity.sharinggroup')),
                ('detached', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'db_table': 'analyst_data',
                'indexes': [models.Index(fields=['object_uuid', 'kind', 'id'], name='analyst_data_object'), models.Index(condition=models.Q(('related_object_uuid__isnull', False)), fields=['related_object_uuid'], name='analyst_data_related'), models.Index(fields=['kind', 'id'], name='analyst_data_kind')],
            },
        ),
        migrations.CreateModel(
            name='CollectionElement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('element_uuid', models.UUIDField()),
                ('element_type', models.CharField(choices=[('Event', 'Event'), ('GalaxyCluster', 'Galaxy Cluster')], max_length=80)),
                ('description', models.TextField(blank=True, default='')),
                ('collection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DB_CASCADE, related_name='elements', to='intel.collection')),
            ],
            options={
                'db_table': 'collection_element',
                'indexes': [models.Index(fields=['element_uuid'], name='collection_element_thing')],
                'constraints': [models.UniqueConstraint(fields=('collection', 'element_uuid'), name='collection_element_unique')],
            },
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['timestamp', 'id'], name='event_timestamp'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('private_timestamp__gt', 0)), fields=['private_timestamp'], name='event_private_timestamp'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['publish_timestamp'], name='event_publish_timestamp'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('has_group_times', True)), fields=['id'], name='event_with_group_times'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['date'], name='event_date'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('extends_uuid__isnull', False)), fields=['extends_uuid'], name='event_extends'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=django.contrib.postgres.indexes.GinIndex(fields=['info'], name='event_info_trgm', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddConstraint(
            model_name='cryptographickey',
            constraint=models.UniqueConstraint(fields=('event', 'fingerprint'), name='cryptographic_key_once'),
        ),
        migrations.AddIndex(
            model_name='attributetag',
            index=models.Index(fields=['tag', 'attribute'], name='attribute_tag_tag'),
        ),
        migrations.AddIndex(
            model_name='attributetag',
            index=models.Index(fields=['event'], name='attribute_tag_event'),
        ),
        migrations.AddConstraint(
            model_name='attributetag',
            constraint=models.UniqueConstraint(fields=('attribute', 'tag', 'local'), name='attribute_tag_unique'),
        ),
        migrations.AddIndex(
            model_name='eventgraph',
            index=models.Index(fields=['event', 'org'], name='event_graph_event'),
        ),
        migrations.AddIndex(
            model_name='eventgrouptimes',
            index=models.Index(condition=models.Q(('published', False)), fields=['event'], name='event_group_times_unpublished'),
        ),
        migrations.AddConstraint(
            model_name='eventgrouptimes',
            constraint=models.UniqueConstraint(fields=('event', 'group_ids'), name='event_group_times_unique'),
        ),
        migrations.AddConstraint(
            model_name='eventlock',
            constraint=models.UniqueConstraint(fields=('event', 'user'), name='event_lock_once'),
        ),
        migrations.AddConstraint(
            model_name='eventreporttag',
            constraint=models.UniqueConstraint(fields=('event_report', 'tag', 'local'), name='event_report_tag_unique'),
        ),
        migrations.AddIndex(
            model_name='eventtag',
            index=models.Index(fields=['tag', 'event'], name='event_tag_tag'),
        ),
        migrations.AddConstraint(
            model_name='eventtag',
            constraint=models.UniqueConstraint(fields=('event', 'tag', 'local'), name='event_tag_unique'),
        ),
        migrations.AddIndex(
            model_name='object',
            index=models.Index(fields=['event', 'id'], name='object_event'),
        ),
        migrations.AddIndex(
            model_name='object',
            index=models.Index(fields=['name', 'id'], name='object_name'),
        ),
        migrations.AddIndex(
            model_name='object',
            index=models.Index(condition=models.Q(('distribution__in', (0, 4))), fields=['event'], name='object_restricted'),
        ),
        migrations.AddIndex(
            model_name='attribute',
            index=models.Index(fields=['event', 'id'], name='attribute_event'),
        ),
        migrations.AddIndex(
            model_name='attribute',
            index=models.Index(condition=models.Q(('object__isnull', False)), fields=['object'], name='attribute_object'),
        ),
        migrations.AddIndex(
            model_name='attribute',
            index=models.Index(condition=models.Q(('distribution__in', (0, 4))), fields=['event'], name='attribute_restricted'),
        ),
        migrations.AddIndex(
            model_name='attribute',
            index=models.Index(fields=['timestamp'], name='attribute_timestamp'),
        ),
        migrations.AddIndex(
            model_name='attribute',
            index=models.Index(fields=['type', 'id'], name='attribute_type'),
        ),
        migrations.AddIndex(
            model_name='attribute',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('type__in', ['authentihash', 'cdhash', 'dom-hash', 'git-commit-id', 'hassh-md5', 'hasshserver-md5', 'imphash', 'ja3-fingerprint-md5', 'jarm-fingerprint', 'md5', 'pehash', 'sha1', 'sha224', 'sha256', 'sha3-224', 'sha3-256', 'sha3-384', 'sha3-512', 'sha384', 'sha512', 'sha512/224', 'sha512/256', 'telfhash', 'x509-fingerprint-md5', 'x509-fingerprint-sha1', 'x509-fingerprint-sha256']), _negated=True), fields=['value1'], name='attribute_value1_trgm', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='attribute',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('value2__isnull', False)), fields=['value2'], name='attribute_value2_trgm', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='objectreference',
            index=models.Index(fields=['event'], name='object_reference_event'),
        ),
        migrations.AddIndex(
            model_name='objectreference',
            index=models.Index(fields=['referenced_uuid'], name='object_reference_target'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['event', 'id'], name='proposal_event'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(condition=models.Q(('attribute__isnull', False)), fields=['attribute'], name='proposal_attribute'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['timestamp'], name='proposal_timestamp'),
        ),
        migrations.AddIndex(
            model_name='sighting',
            index=models.Index(fields=['attribute', 'date_sighting'], name='sighting_attribute'),
        ),
        migrations.AddIndex(
            model_name='sighting',
            index=models.Index(fields=['event', 'org'], name='sighting_event'),
        ),
        migrations.AddIndex(
            model_name='sighting',
            index=models.Index(fields=['date_sighting'], name='sighting_date'),
        ),
        migrations.AddIndex(
            model_name='sighting',
            index=models.Index(fields=['org'], name='sighting_org'),
        ),
        migrations.AddConstraint(
            model_name='eventversion',
            constraint=models.UniqueConstraint(fields=('event_uuid', 'version'), name='event_version_unique'),
        ),
        migrations.RunSQL(KEEP_VERSIONS, migrations.RunSQL.noop),
    ]
