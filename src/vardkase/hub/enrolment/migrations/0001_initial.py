import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('exchange', '0001_initial'),
        ('identity', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EnrolmentCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.CharField(max_length=255)),
                ('expires', models.DateTimeField()),
                ('ended', models.DateTimeField(null=True)),
                ('used_from', models.GenericIPAddressField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enrolment_codes', to='identity.organisation')),
                ('sent_to', models.EmailField(blank=True, default='', max_length=255)),
            ],
            options={
                'db_table': 'enrolment_code',
            },
        ),
        migrations.CreateModel(
            name='JoinedHub',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined', models.DateTimeField(auto_now_add=True)),
                ('joined_by', models.CharField(max_length=255)),
                ('told', models.JSONField(default=dict)),
                ('asked', models.DateTimeField(null=True)),
                ('fault', models.TextField(blank=True, default='')),
                ('server', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='joined_hub', to='exchange.server')),
            ],
            options={
                'db_table': 'joined_hub',
            },
        ),
    ]
