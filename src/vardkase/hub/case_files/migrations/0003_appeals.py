
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('case_files', '0002_hearings'),
        ('correspondence', '0002_service_and_correction'),
    ]

    operations = [
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('registered', 'Registered'), ('in_time', 'Received in time'), ('dismissed', 'Dismissed as too late'), ('changed', 'Decision changed as asked'), ('forwarded', 'Forwarded to the court'), ('decided', 'Decided by the court'), ('carried_out', 'Outcome carried out')], default='registered', max_length=16)),
                ('appellant', models.CharField(max_length=255)),
                ('claim', models.TextField()),
                ('asks_for_stay', models.BooleanField(default=False)),
                ('arrived_on', models.DateField()),
                ('deemed_on', models.DateField(null=True)),
                ('deemed_why', models.CharField(blank=True, default='', max_length=255)),
                ('last_day', models.DateField(null=True)),
                ('exception', models.CharField(blank=True, choices=[('', 'None: it is dismissed'), ('instructions', 'Our information on how to appeal was wrong'), ('court', 'It reached the court in time')], default='', max_length=16)),
                ('exception_note', models.TextField(blank=True, default='')),
                ('reviewed', models.TextField(blank=True, default='')),
                ('court', models.CharField(blank=True, default='', max_length=255)),
                ('outcome', models.CharField(blank=True, choices=[('upheld', 'The appeal was rejected: the decision stands'), ('quashed', 'The decision was quashed'), ('changed', 'The decision was changed'), ('remitted', 'The case was referred back to the authority'), ('struck_out', 'The case was struck out or dismissed')], default='', max_length=16)),
                ('outcome_on', models.DateField(null=True)),
                ('outcome_note', models.TextField(blank=True, default='')),
                ('registered_by', models.CharField(max_length=255)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('case_file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appeals', to='case_files.casefile')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='case_files.casedocument')),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='correspondence.letter')),
            ],
            options={
                'db_table': 'appeal',
            },
        ),
    ]
