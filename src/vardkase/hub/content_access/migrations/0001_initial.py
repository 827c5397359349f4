import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ContentGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asked', 'Waiting for an officer'), ('granted', 'In force'), ('refused', 'Refused'), ('lapsed', 'Not answered in time'), ('ended', 'Ended'), ('withdrawn', 'Withdrawn by an officer')], default='asked', max_length=16)),
                ('reach', models.CharField(choices=[('event', 'One event'), ('organisation', 'One organisation’s events'), ('hub', 'Every event that the hub owner may read')], max_length=16)),
                ('event_id', models.BigIntegerField(null=True)),
                ('event_uuid', models.UUIDField(null=True)),
                ('reason', models.TextField()),
                ('hours', models.SmallIntegerField()),
                ('asked_by_name', models.CharField(max_length=255)),
                ('asked_for', models.CharField(max_length=255)),
                ('asked_at', models.DateTimeField()),
                ('answer_by', models.DateTimeField()),
                ('decided_by_name', models.CharField(blank=True, default='', max_length=255)),
                ('decided_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True, default='')),
                ('ends_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ending', models.TextField(blank=True, default='')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.organisation')),
            ],
            options={
                'db_table': 'content_grant',
            },
        ),
        migrations.CreateModel(
            name='ContentReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.BigIntegerField()),
                ('event_uuid', models.UUIDField()),
                ('request', models.CharField(max_length=120)),
                ('credential', models.CharField(max_length=32)),
                ('address', models.GenericIPAddressField(null=True)),
                ('at', models.DateTimeField()),
                ('grant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='content_access.contentgrant')),
            ],
            options={
                'db_table': 'content_reading',
            },
        ),
        migrations.CreateModel(
            name='GrantOrganisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.BigIntegerField()),
                ('told_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.organisation')),
                ('grant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerned', to='content_access.contentgrant')),
            ],
            options={
                'db_table': 'content_concerned',
            },
        ),
        migrations.AddIndex(
            model_name='contentgrant',
            index=models.Index(fields=['state', 'ends_at'], name='content_grant_state'),
        ),
        migrations.AddConstraint(
            model_name='contentgrant',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'granted'])), fields=('asked_by',), name='content_grant_one_open'),
        ),
        migrations.AddConstraint(
            model_name='contentgrant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('event_id__isnull', False), ('reach', 'event')), models.Q(models.Q(('reach', 'event'), _negated=True), ('event_id', None)), _connector='OR'), name='content_grant_event'),
        ),
        migrations.AddConstraint(
            model_name='contentgrant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'granted'), _negated=True), ('ends_at__isnull', False), _connector='OR'), name='content_grant_ends'),
        ),
        migrations.AddIndex(
            model_name='contentreading',
            index=models.Index(fields=['grant', 'event_id', 'at'], name='content_reading_event'),
        ),
        migrations.AddIndex(
            model_name='grantorganisation',
            index=models.Index(fields=['organisation', '-grant'], name='content_concerned_org'),
        ),
    ]
