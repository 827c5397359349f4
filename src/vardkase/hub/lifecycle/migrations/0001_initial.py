from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='HistoryEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('thing_id', models.BigIntegerField()),
                ('step', models.CharField(max_length=64)),
                ('before', models.CharField(max_length=32)),
                ('after', models.CharField(max_length=32)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_name', models.CharField(max_length=255)),
                ('organisation_id', models.BigIntegerField(default=0)),
                ('note', models.TextField(blank=True, default='')),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'db_table': 'history_entry',
                'indexes': [models.Index(fields=['kind', 'thing_id', 'id'], name='history_entry_thing')],
            },
        ),
    ]
