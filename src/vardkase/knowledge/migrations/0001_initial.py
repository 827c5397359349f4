import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
import vardkase.knowledge.warninglists.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('identity', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportExpression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('regexp', models.CharField(max_length=255)),
                ('replacement', models.CharField(blank=True, default='', max_length=255)),
                ('type', models.CharField(default='ALL', max_length=100)),
            ],
            options={
                'db_table': 'import_expression',
            },
        ),
        migrations.CreateModel(
            name='KnowledgeSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('fingerprint', models.CharField(max_length=64)),
                ('loaded', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'knowledge_source',
            },
        ),
        migrations.CreateModel(
            name='Noticelist',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255, unique=True)),
                ('expanded_name', models.TextField(blank=True)),
                ('ref', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                ('geographical_area', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                ('version', models.IntegerField(default=1)),
                ('enabled', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'noticelist',
            },
        ),
        migrations.CreateModel(
            name='ObjectRelationship',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255, unique=True)),
                ('description', models.TextField(blank=True)),
                ('format', models.JSONField(default=list)),
                ('version', models.IntegerField(default=0)),
                ('org_id', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'object_relationship',
            },
        ),
        migrations.CreateModel(
            name='Taxonomy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('namespace', models.CharField(max_length=255, unique=True)),
                ('description', models.TextField(blank=True)),
                ('version', models.IntegerField(default=0)),
                ('enabled', models.BooleanField(default=False)),
                ('exclusive', models.BooleanField(default=False)),
                ('required', models.BooleanField(default=False)),
                ('highlighted', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'taxonomy',
            },
        ),
        migrations.CreateModel(
            name='Warninglist',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255, unique=True)),
                ('type', models.CharField(max_length=32)),
                ('description', models.TextField(blank=True)),
                ('version', models.IntegerField(default=0)),
                ('enabled', models.BooleanField(default=False)),
                ('default', models.BooleanField(default=True)),
                ('category', models.CharField(default='false_positive', max_length=20)),
                ('matching_attributes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                ('entry_count', models.IntegerField(default=0)),
                ('revision', models.BigIntegerField(default=vardkase.knowledge.warninglists.models.new_revision)),
            ],
            options={
                'db_table': 'warninglist',
            },
        ),
        migrations.CreateModel(
            name='BlocklistEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('event', 'Event'), ('organisation', 'Organisation'), ('sighting_organisation', 'Sighting Organisation'), ('galaxy_cluster', 'Galaxy Cluster'), ('analyst_data', 'Analyst Data')], max_length=32)),
                ('uuid', models.UUIDField()),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('info', models.TextField(blank=True, default='')),
                ('orgc', models.CharField(blank=True, default='', max_length=255)),
                ('comment', models.TextField(blank=True, default='')),
                ('blocked_amount', models.BigIntegerField(default=0)),
                ('blocked_last_time', models.BigIntegerField(null=True)),
            ],
            options={
                'db_table': 'blocklist_entry',
                'constraints': [models.UniqueConstraint(fields=('kind', 'uuid'), name='blocklist_entry_unique')],
            },
        ),
        migrations.CreateModel(
            name='CachedSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField()),
                ('number', models.BigIntegerField()),
                ('cached', models.BigIntegerField(null=True)),
                ('size', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'cached_source',
                'constraints': [models.UniqueConstraint(fields=('kind', 'number'), name='cached_source_unique')],
            },
        ),
        migrations.CreateModel(
            name='CachedValue',
            fields=[
                ('md5', models.UUIDField()),
                ('event_uuid', models.UUIDField(default=uuid.UUID('00000000-0000-0000-0000-000000000000'))),
                ('source', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='values', to='knowledge.cachedsource')),
                ('pk', models.CompositePrimaryKey('md5', 'source_id', 'event_uuid', blank=True, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'cached_value',
            },
        ),
        migrations.CreateModel(
            name='DecayingModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('description', models.TextField(blank=True)),
                ('parameters', models.JSONField()),
                ('attribute_types', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                ('ref', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                ('formula', models.CharField(max_length=40)),
                ('version', models.IntegerField(default=1)),
                ('enabled', models.BooleanField(default=False)),
                ('all_orgs', models.BooleanField(default=True)),
                ('default', models.BooleanField(default=False)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decaying_models', to='identity.organisation')),
            ],
            options={
                'db_table': 'decaying_model',
            },
        ),
        migrations.CreateModel(
            name='Galaxy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('type', models.CharField(max_length=255)),
                ('description', models.TextField(blank=True)),
                ('version', models.CharField(default='1', max_length=255)),
                ('icon', models.CharField(blank=True, max_length=255)),
                ('namespace', models.CharField(default='misp', max_length=255)),
                ('enabled', models.BooleanField(default=True)),
                ('local_only', models.BooleanField(default=False)),
                ('kill_chain_order', models.JSONField(blank=True, null=True)),
                ('created', models.DateTimeField(default=django.utils.timezone.now)),
                ('default', models.BooleanField(default=True)),
                ('distribution', models.SmallIntegerField(default=3)),
                ('modified', models.DateTimeField(default=django.utils.timezone.now)),
                ('org_id', models.BigIntegerField(default=0)),
                ('orgc_id', models.BigIntegerField(default=0)),
                ('sharing_group_id', models.BigIntegerField(null=True)),
            ],
            options={
                'db_table': 'galaxy',
                'indexes': [models.Index(fields=['type'], name='galaxy_type')],
            },
        ),
        migrations.CreateModel(
            name='GalaxyCluster',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4)),
                ('collection_uuid', models.CharField(blank=True, max_length=255)),
                ('type', models.CharField(max_length=255)),
                ('value', models.TextField()),
                ('tag_name', models.CharField(max_length=2000)),
                ('description', models.TextField(blank=True)),
                ('source', models.CharField(blank=True, max_length=255)),
                ('authors', models.JSONField(default=list, null=True)),
                ('version', models.BigIntegerField(default=0)),
                ('distribution', models.SmallIntegerField(default=3)),
                ('sharing_group_id', models.BigIntegerField(null=True)),
                ('org_id', models.BigIntegerField(default=0)),
                ('orgc_id', models.BigIntegerField(default=0)),
                ('default', models.BooleanField(default=False)),
                ('locked', models.BooleanField(default=False)),
                ('extends_uuid', models.UUIDField(null=True)),
                ('extends_version', models.BigIntegerField(default=0, null=True)),
                ('published', models.BooleanField(default=False)),
                ('deleted', models.BooleanField(default=False)),
                ('galaxy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clusters', to='knowledge.galaxy')),
            ],
            options={
                'db_table': 'galaxy_cluster',
            },
        ),
        migrations.CreateModel(
            name='GalaxyClusterRelation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('referenced_galaxy_cluster_uuid', models.UUIDField()),
                ('referenced_galaxy_cluster_type', models.CharField(max_length=255)),
                ('distribution', models.SmallIntegerField(default=3)),
                ('sharing_group_id', models.BigIntegerField(null=True)),
                ('default', models.BooleanField(default=True)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                ('galaxy_cluster', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relations', to='knowledge.galaxycluster')),
            ],
            options={
                'db_table': 'galaxy_cluster_relation',
            },
        ),
        migrations.CreateModel(
            name='GalaxyElement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=255)),
                ('value', models.TextField()),
                ('galaxy_cluster', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='elements', to='knowledge.galaxycluster')),
            ],
            options={
                'db_table': 'galaxy_element',
            },
        ),
        migrations.CreateModel(
            name='NoticelistEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('data', models.JSONField()),
                ('noticelist', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='knowledge.noticelist')),
            ],
            options={
                'db_table': 'noticelist_entry',
            },
        ),
        migrations.CreateModel(
            name='ObjectTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField()),
                ('name', models.CharField(max_length=255)),
                ('meta_category', models.CharField(max_length=255)),
                ('description', models.TextField(blank=True)),
                ('version', models.IntegerField()),
                ('fixed', models.BooleanField(default=True)),
                ('active', models.BooleanField(default=True)),
                ('user_id', models.BigIntegerField(default=0)),
                ('org_id', models.BigIntegerField(default=0)),
                ('definition', models.JSONField(default=dict)),
            ],
            options={
                'db_table': 'object_template',
                'indexes': [models.Index(fields=['name'], name='object_template_name')],
                'constraints': [models.UniqueConstraint(fields=('uuid', 'version'), name='object_template_unique')],
            },
        ),
        migrations.CreateModel(
            name='ObjectTemplateElement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_relation', models.CharField(max_length=255)),
                ('type', models.CharField(max_length=255)),
                ('ui_priority', models.IntegerField(default=0)),
                ('categories', models.JSONField(null=True)),
                ('sane_default', models.JSONField(null=True)),
                ('values_list', models.JSONField(null=True)),
                ('description', models.TextField(blank=True)),
                ('disable_correlation', models.BooleanField(null=True)),
                ('multiple', models.BooleanField(default=False)),
                ('object_template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='elements', to='knowledge.objecttemplate')),
            ],
            options={
                'db_table': 'object_template_element',
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=2000)),
                ('colour', models.CharField(default='#0088cc', max_length=7)),
                ('exportable', models.BooleanField(default=True)),
                ('org_id', models.BigIntegerField(default=0)),
                ('user_id', models.BigIntegerField(default=0)),
                ('hide_tag', models.BooleanField(default=False)),
                ('numerical_value', models.IntegerField(blank=True, null=True)),
                ('is_galaxy', models.BooleanField(default=False)),
                ('is_custom_galaxy', models.BooleanField(default=False)),
                ('local_only', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'tag',
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='tag_name_unique')],
            },
        ),
        migrations.CreateModel(
            name='FavouriteTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='favoured', to='knowledge.tag')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='favourite_tags', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'favourite_tag',
            },
        ),
        migrations.CreateModel(
            name='TagCollection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('description', models.TextField(blank=True, default='')),
                ('user_id', models.BigIntegerField(default=0)),
                ('all_orgs', models.BooleanField(default=False)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tag_collections', to='identity.organisation')),
            ],
            options={
                'db_table': 'tag_collection',
            },
        ),
        migrations.CreateModel(
            name='TagCollectionTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='in_collections', to='knowledge.tag')),
                ('tag_collection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='knowledge.tagcollection')),
            ],
            options={
                'db_table': 'tag_collection_tag',
            },
        ),
        migrations.CreateModel(
            name='TagMaker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_id', models.BigIntegerField()),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='makers', to='knowledge.tag')),
                ('colour', models.CharField(blank=True, db_default='', default='', max_length=7)),
            ],
            options={
                'db_table': 'tag_maker',
            },
        ),
        migrations.CreateModel(
            name='TaxonomyPredicate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.TextField()),
                ('expanded', models.TextField(blank=True)),
                ('description', models.TextField(blank=True)),
                ('colour', models.CharField(blank=True, max_length=7)),
                ('exclusive', models.BooleanField(default=False)),
                ('numerical_value', models.IntegerField(blank=True, null=True)),
                ('taxonomy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='predicates', to='knowledge.taxonomy')),
            ],
            options={
                'db_table': 'taxonomy_predicate',
            },
        ),
        migrations.CreateModel(
            name='TaxonomyEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.TextField()),
                ('expanded', models.TextField(blank=True)),
                ('description', models.TextField(blank=True)),
                ('colour', models.CharField(blank=True, max_length=7)),
                ('numerical_value', models.IntegerField(blank=True, null=True)),
                ('predicate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='knowledge.taxonomypredicate')),
            ],
            options={
                'db_table': 'taxonomy_entry',
            },
        ),
        migrations.CreateModel(
            name='WarninglistEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.TextField()),
                ('comment', models.TextField(blank=True, null=True)),
                ('network', vardkase.knowledge.warninglists.models.CidrField(null=True)),
                ('warninglist', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='knowledge.warninglist')),
            ],
            options={
                'db_table': 'warninglist_entry',
            },
        ),
        migrations.CreateModel(
            name='CachedOverlap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shared', models.BigIntegerField()),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.cachedsource')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='overlaps', to='knowledge.cachedsource')),
            ],
            options={
                'db_table': 'cached_overlap',
                'constraints': [models.UniqueConstraint(fields=('source', 'other'), name='cached_overlap_unique')],
            },
        ),
        migrations.CreateModel(
            name='DecayingModelMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attribute_type', models.CharField(max_length=100)),
                ('model', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mappings', to='knowledge.decayingmodel')),
            ],
            options={
                'db_table': 'decaying_model_mapping',
                'constraints': [models.UniqueConstraint(fields=('model', 'attribute_type'), name='decaying_model_mapping_unique')],
            },
        ),
        migrations.AddIndex(
            model_name='galaxycluster',
            index=models.Index(fields=['uuid'], name='galaxy_cluster_uuid'),
        ),
        migrations.AddIndex(
            model_name='galaxycluster',
            index=models.Index(django.db.models.functions.text.Lower('tag_name'), name='galaxy_cluster_tag'),
        ),
        migrations.AddConstraint(
            model_name='galaxycluster',
            constraint=models.UniqueConstraint(fields=('uuid', 'galaxy'), name='galaxy_cluster_unique'),
        ),
        migrations.AddIndex(
            model_name='galaxyclusterrelation',
            index=models.Index(fields=['referenced_galaxy_cluster_uuid'], name='galaxy_relation_target'),
        ),
        migrations.AddIndex(
            model_name='galaxyclusterrelation',
            index=django.contrib.postgres.indexes.GinIndex(fields=['tags'], name='galaxy_relation_tags'),
        ),
        migrations.AddConstraint(
            model_name='favouritetag',
            constraint=models.UniqueConstraint(fields=('user', 'tag'), name='favourite_tag_unique'),
        ),
        migrations.AddConstraint(
            model_name='tagcollectiontag',
            constraint=models.UniqueConstraint(fields=('tag_collection', 'tag'), name='tag_collection_tag_unique'),
        ),
        migrations.AddConstraint(
            model_name='tagmaker',
            constraint=models.UniqueConstraint(fields=('tag', 'org_id'), name='tag_maker_unique'),
        ),
        migrations.AddIndex(
            model_name='warninglistentry',
            index=models.Index(models.Func(django.db.models.functions.text.Lower(models.Func('value', models.Value('.'), function='btrim')), models.Value(0), function='hashtextextended'), condition=models.Q(('network__isnull', True)), name='warninglist_entry_lookup'),
        ),
        migrations.AddIndex(
            model_name='warninglistentry',
            index=models.Index(fields=['warninglist', 'id'], name='warninglist_entry_list'),
        ),
        migrations.AddIndex(
            model_name='warninglistentry',
            index=models.Index(condition=models.Q(('network__isnull', False)), fields=['network'], name='warninglist_entry_network'),
        ),
    ]
