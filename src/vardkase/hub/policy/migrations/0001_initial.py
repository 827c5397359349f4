import django.db.models.deletion
import uuid
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
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('number', models.IntegerField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_force', 'In Force'), ('replaced', 'Replaced')], default='draft', max_length=16)),
                ('rules', models.JSONField(default=list)),
                ('note', models.TextField(blank=True, default='')),
                ('written_by', models.TextField(default='')),
                ('written_at', models.DateTimeField()),
                ('decided_by', models.TextField(blank=True, default='')),
                ('in_force_from', models.DateTimeField(null=True)),
                ('replaced_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='policy_versions', to='identity.organisation')),
            ],
            options={
                'db_table': 'policy_version',
            },
        ),
        migrations.CreateModel(
            name='PublicationApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('event_id', models.BigIntegerField()),
                ('event_uuid', models.UUIDField()),
                ('event_info', models.TextField()),
                ('digest', models.CharField(max_length=64)),
                ('rules', models.JSONField(default=list)),
                ('tell', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired'), ('changed', 'Changed')], default='waiting', max_length=16)),
                ('requester_name', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('decided_by', models.TextField(blank=True, default='')),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.TextField(blank=True, default='')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approvals', to='identity.organisation')),
                ('requester', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approvals', to='policy.policyversion')),
            ],
            options={
                'db_table': 'policy_approval',
            },
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(fields=('organisation', 'number'), name='policy_version_number'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('organisation',), name='policy_one_in_force'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('organisation',), name='policy_one_draft'),
        ),
        migrations.AddIndex(
            model_name='publicationapproval',
            index=models.Index(fields=['organisation', 'state'], name='policy_approval_state'),
        ),
        migrations.AddConstraint(
            model_name='publicationapproval',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('event_id',), name='policy_approval_one_waiting'),
        ),
    ]
