import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PassageVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(max_length=16)),
                ('name', models.CharField(max_length=64)),
                ('number', models.IntegerField()),
                ('position', models.IntegerField()),
                ('shown', models.BooleanField(default=True)),
                ('title_sv', models.CharField(max_length=200)),
                ('title_en', models.CharField(max_length=200)),
                ('lead_sv', models.CharField(blank=True, default='', max_length=400)),
                ('lead_en', models.CharField(blank=True, default='', max_length=400)),
                ('text_sv', models.TextField(blank=True, default='')),
                ('text_en', models.TextField(blank=True, default='')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('user_name', models.CharField(max_length=255)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'public_passage_version',
                'constraints': [models.UniqueConstraint(fields=('part', 'name', 'number'), name='public_passage_version_unique')],
            },
        ),
    ]
