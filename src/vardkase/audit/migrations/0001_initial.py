from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('action', models.CharField(max_length=80)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_name', models.CharField(max_length=255)),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('credential', models.CharField(max_length=32)),
                ('address', models.GenericIPAddressField(null=True)),
                ('target_kind', models.CharField(max_length=40)),
                ('target_id', models.BigIntegerField(null=True)),
                ('target_uuid', models.UUIDField(null=True)),
                ('title', models.TextField(blank=True)),
                ('change', models.JSONField(default=dict)),
            ],
            options={
                'db_table': 'audit_entry',
                'indexes': [models.Index(fields=['target_kind', 'target_id'], name='audit_target'), models.Index(fields=['actor_id', '-id'], name='audit_actor')],
            },
        ),
    ]
