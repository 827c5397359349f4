from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0007_guard'),
    ]

    operations = [
        migrations.CreateModel(
            name='HeldKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hub', models.UUIDField(db_index=True)),
                ('name', models.CharField(max_length=255)),
                ('organisation_id', models.BigIntegerField()),
                ('public_key', models.CharField(max_length=64)),
                ('fingerprint', models.CharField(max_length=64)),
                ('registered_at', models.DateTimeField(auto_now_add=True)),
                ('registered_by', models.CharField(max_length=255)),
            ],
            options={
                'db_table': 'held_key',
            },
        ),
        migrations.CreateModel(
            name='HeldCheckpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hub', models.UUIDField()),
                ('position', models.BigIntegerField()),
                ('count', models.BigIntegerField()),
                ('entry_id', models.BigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('time', models.DateTimeField()),
                ('key', models.CharField(max_length=64)),
                ('signature', models.CharField(max_length=128)),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('warning', models.CharField(blank=True, choices=[('', 'None'), ('different', 'Another log at the same position'), ('back', 'Behind an earlier checkpoint: an older state was restored'), ('gap', 'More than a day after the one before it')], default='', max_length=16)),
            ],
            options={
                'db_table': 'held_checkpoint',
                'indexes': [models.Index(fields=['hub', 'position'], name='held_checkpoint_position'), models.Index(fields=['hub', '-id'], name='held_checkpoint_newest')],
                'constraints': [models.UniqueConstraint(fields=('hub', 'signature'), name='held_checkpoint_once')],
            },
        ),
    ]
