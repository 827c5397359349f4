import django.db.models.deletion
from django.db import migrations, models

# A letter is deleted when the retention plan of its case says so, in a transaction that declares it.
KEEP_LETTERS = """
DROP TRIGGER letter_is_never_changed ON letter;
CREATE TRIGGER letter_is_never_changed BEFORE UPDATE ON letter
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER letter_is_kept BEFORE DELETE ON letter
    FOR EACH ROW WHEN (coalesce(current_setting('vardkase.disposal', true), '') <> 'on')
    EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('correspondence', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='contents',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='letter',
            name='corrects',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='correspondence.letter'),
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(choices=[('opened', 'Opened on the party’s page or by its private link'), ('confirmed', 'Receipt confirmed by the party'), ('handed', 'Handed over'), ('receipt', 'By post, with a signed receipt'), ('simplified', 'Simplified service'), ('process_server', 'By a process server'), ('other', 'Another way')], max_length=16)),
                ('on', models.DateField()),
                ('person', models.CharField(max_length=255)),
                ('note', models.TextField(blank=True, default='')),
                ('noted_by', models.CharField(max_length=255)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='correspondence.letter')),
            ],
            options={
                'db_table': 'letter_receipt',
                'constraints': [models.UniqueConstraint(fields=('letter', 'how'), name='letter_receipt_once')],
            },
        ),
        migrations.RunSQL(KEEP_LETTERS, migrations.RunSQL.noop),
    ]
