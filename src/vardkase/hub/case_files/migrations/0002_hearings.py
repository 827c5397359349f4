
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('case_files', '0001_initial'),
        ('correspondence', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Hearing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('intended', models.CharField(max_length=32)),
                ('answer_by', models.DateField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('opened_by', models.CharField(max_length=255)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('concluded_at', models.DateTimeField(null=True)),
                ('case_file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hearings', to='case_files.casefile')),
                ('documents', models.ManyToManyField(related_name='+', to='case_files.casedocument')),
                ('letter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='hearing', to='correspondence.letter')),
            ],
            options={
                'db_table': 'hearing',
            },
        ),
        migrations.CreateModel(
            name='HearingAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='case_files.casedocument')),
                ('hearing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='case_files.hearing')),
            ],
            options={
                'db_table': 'hearing_answer',
            },
        ),
    ]
