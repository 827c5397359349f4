import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was sent is evidence.
KEEP_LETTERS = """
CREATE TRIGGER letter_is_never_changed BEFORE UPDATE OR DELETE ON letter
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('identity', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=100)),
                ('title_sv', models.CharField(max_length=100)),
                ('title_en', models.CharField(max_length=100)),
            ],
            options={
                'db_table': 'letter_signature',
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True)),
                ('kind', models.CharField(max_length=64)),
                ('version', models.IntegerField(default=0)),
                ('title', models.CharField(max_length=255)),
                ('thing_kind', models.CharField(max_length=64)),
                ('thing_id', models.BigIntegerField()),
                ('signed_by', models.CharField(max_length=255)),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'db_table': 'letter',
                'indexes': [models.Index(fields=['thing_kind', 'thing_id', 'id'], name='letter_thing')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(choices=[('post', 'By post'), ('handed', 'Handed over'), ('other', 'Another way')], max_length=8)),
                ('on', models.DateField()),
                ('note', models.TextField(blank=True, default='')),
                ('noted_by', models.CharField(max_length=255)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('letter', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='delivery', to='correspondence.letter')),
            ],
            options={
                'db_table': 'letter_delivery',
            },
        ),
        migrations.RunSQL(KEEP_LETTERS, migrations.RunSQL.noop),
    ]
