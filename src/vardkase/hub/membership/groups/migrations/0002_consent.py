import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Whoever looked after an organisation before it was asked goes on to, until it withdraws that.
FOR_GROUPS_THAT_EXIST = """
INSERT INTO organisation_group_consent (group_id, organisation_id, administrator_id, accepted, accepted_by_name)
SELECT m.organisationgroup_id, m.organisation_id, a.user_id, now(), ''
FROM organisation_group_member m
JOIN organisation_group_administrator a ON a.organisationgroup_id = m.organisationgroup_id
JOIN account u ON u.id = a.user_id
WHERE u.org_id <> m.organisation_id;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('organisation_groups', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GroupConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('accepted', models.DateTimeField(auto_now_add=True)),
                ('accepted_by_id', models.BigIntegerField(null=True)),
                ('accepted_by_name', models.CharField(blank=True, default='', max_length=255)),
                ('administrator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='group_consents', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='organisation_groups.organisationgroup')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='group_consents', to='organisations.organisation')),
            ],
            options={
                'db_table': 'organisation_group_consent',
                'constraints': [models.UniqueConstraint(fields=('group', 'organisation', 'administrator'), name='organisation_group_consent_unique')],
            },
        ),
        migrations.RunSQL(FOR_GROUPS_THAT_EXIST, migrations.RunSQL.noop),
    ]
