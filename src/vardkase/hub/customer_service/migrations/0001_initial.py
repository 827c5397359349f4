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
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('planned', 'Planned interruption'), ('incident', 'Incident')], max_length=16)),
                ('title_sv', models.CharField(max_length=200)),
                ('title_en', models.CharField(max_length=200)),
                ('text_sv', models.TextField(blank=True, default='')),
                ('text_en', models.TextField(blank=True, default='')),
                ('begins', models.DateTimeField()),
                ('ends', models.DateTimeField(null=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('changed', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'announcement',
                'indexes': [models.Index(fields=['begins'], name='announcement_begins')],
            },
        ),
        migrations.CreateModel(
            name='SupportRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('kind', models.CharField(choices=[('connection', 'Connection'), ('access', 'Access and accounts'), ('content', 'Shared content'), ('legal', 'Law and terms'), ('fault', 'Fault')], max_length=16)),
                ('state', models.CharField(choices=[('new', 'New'), ('in_hand', 'Being processed'), ('waiting', 'Waiting for the requester'), ('solved', 'Solved')], default='new', max_length=16)),
                ('subject', models.CharField(max_length=200)),
                ('asker_name', models.CharField(blank=True, default='', max_length=200)),
                ('asker_email', models.EmailField(max_length=255)),
                ('language', models.CharField(default='sv', max_length=8)),
                ('address', models.GenericIPAddressField(null=True)),
                ('deadline', models.DateTimeField()),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('changed', models.DateTimeField(auto_now=True)),
                ('diagnosis', models.JSONField(default=dict)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.organisation')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'support_request',
            },
        ),
        migrations.CreateModel(
            name='SupportMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('connection', 'Connection'), ('access', 'Access and accounts'), ('content', 'Shared content'), ('legal', 'Law and terms'), ('fault', 'Fault')], max_length=16)),
                ('text', models.TextField()),
                ('internal', models.BooleanField(default=False)),
                ('from_staff', models.BooleanField(default=False)),
                ('by_mail', models.BooleanField(default=False)),
                ('author', models.CharField(max_length=255)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='customer_service.supportrequest')),
            ],
            options={
                'db_table': 'support_message',
            },
        ),
        migrations.AddIndex(
            model_name='supportrequest',
            index=models.Index(fields=['state', 'kind', 'deadline'], name='support_request_state'),
        ),
        migrations.AddIndex(
            model_name='supportrequest',
            index=models.Index(fields=['organisation', 'user'], name='support_request_asker'),
        ),
    ]
