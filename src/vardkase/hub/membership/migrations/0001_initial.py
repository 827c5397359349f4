import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

# What somebody accepted is what everybody reads afterwards: neither it nor the acceptance is rewritten.
KEEP_TERMS = """
CREATE TRIGGER published_terms_are_never_changed BEFORE UPDATE OR DELETE ON terms
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER terms_acceptance_is_never_changed BEFORE UPDATE ON terms_acceptance
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('identity', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LegalPrecondition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=32, unique=True)),
                ('since', models.DateField(null=True)),
                ('reference', models.CharField(blank=True, default='', max_length=300)),
                ('changed', models.DateTimeField(auto_now=True)),
                ('changed_by', models.CharField(max_length=255)),
            ],
            options={
                'db_table': 'legal_precondition',
            },
        ),
        migrations.CreateModel(
            name='Phase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField(unique=True)),
                ('title_sv', models.CharField(max_length=100)),
                ('title_en', models.CharField(max_length=100)),
                ('text_sv', models.CharField(blank=True, default='', max_length=500)),
                ('text_en', models.CharField(blank=True, default='', max_length=500)),
                ('opens', models.DateField(null=True)),
                ('closes', models.DateField(null=True)),
                ('sectors', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), default=list)),
                ('invitation_only', models.BooleanField(default=False)),
                ('preconditions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), default=list)),
            ],
            options={
                'db_table': 'membership_phase',
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('identity.approvalrequest',),
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=16, unique=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Received'), ('under_review', 'Under review'), ('completion_requested', 'More information requested'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('waiting', 'On the waiting list'), ('withdrawn', 'Withdrawn')], default='draft', max_length=24)),
                ('language', models.CharField(default='sv', max_length=8)),
                ('organisation_name', models.CharField(blank=True, default='', max_length=255)),
                ('organisation_number', models.CharField(blank=True, default='', max_length=10)),
                ('sector', models.CharField(blank=True, choices=[('state_authority', 'Government agency'), ('region', 'Region'), ('municipality', 'Municipality'), ('public_company', 'Publicly owned company'), ('private_company', 'Private company'), ('other', 'Other')], default='', max_length=24)),
                ('nis2', models.CharField(choices=[('essential', 'Essential entity'), ('important', 'Important entity'), ('not_covered', 'Not covered'), ('unknown', 'Not yet known')], default='unknown', max_length=16)),
                ('connection', models.CharField(blank=True, choices=[('api', 'API (MISP to MISP)'), ('web', 'Web'), ('both', 'API and web')], default='', max_length=8)),
                ('answers', models.JSONField(default=dict)),
                ('is_invited', models.BooleanField(default=False)),
                ('waits_for', models.IntegerField(null=True)),
                ('registered_by', models.BigIntegerField(null=True)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('changed', models.DateTimeField(auto_now=True)),
                ('submitted', models.DateTimeField(null=True)),
                ('decided', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='applications', to='identity.organisation')),
                ('email', models.CharField(blank=True, default='', max_length=254)),
                ('phase', models.IntegerField(null=True)),
                ('reopened', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), default=list)),
                ('saved', models.JSONField(default=dict)),
                ('complete_by', models.DateField(null=True)),
                ('registry_number', models.CharField(blank=True, default='', max_length=64)),
            ],
            options={
                'db_table': 'application',
            },
        ),
        migrations.CreateModel(
            name='Acceptance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.IntegerField()),
                ('name', models.CharField(max_length=200)),
                ('role', models.CharField(max_length=200)),
                ('given_by', models.CharField(max_length=255)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('application', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='membership.application')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.organisation')),
            ],
            options={
                'db_table': 'terms_acceptance',
            },
        ),
        migrations.CreateModel(
            name='ApplicationLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('expires', models.DateTimeField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='membership.application')),
            ],
            options={
                'db_table': 'application_link',
            },
        ),
        migrations.CreateModel(
            name='Community',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sectors', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), blank=True, default=list)),
                ('nis2', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, default=list)),
                ('counties', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list)),
                ('changed', models.DateTimeField(auto_now=True)),
                ('group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='community', to='identity.sharinggroup')),
                ('chosen', models.ManyToManyField(db_table='member_community_chosen', related_name='+', to='identity.organisation')),
            ],
            options={
                'db_table': 'member_community',
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('signatory', 'Signatory'), ('main', 'Main contact'), ('technical', 'Technical contact'), ('security', '24/7 security contact'), ('data_protection', 'Data protection officer')], max_length=20)),
                ('name', models.CharField(max_length=200)),
                ('email', models.EmailField(max_length=255)),
                ('phone', models.CharField(blank=True, default='', max_length=40)),
                ('openpgp_key', models.TextField(blank=True, default='')),
                ('changed', models.DateTimeField(auto_now=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='people_to_reach', to='identity.organisation')),
            ],
            options={
                'db_table': 'contact',
            },
        ),
        migrations.CreateModel(
            name='CriterionAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('verdict', models.CharField(choices=[('met', 'Met'), ('met_with_remark', 'Met, with a remark'), ('not_met', 'Not met'), ('not_applicable', 'Not applicable')], max_length=16)),
                ('reason', models.TextField(blank=True, default='')),
                ('assessed_by', models.CharField(max_length=255)),
                ('at', models.DateTimeField(auto_now=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assessments', to='membership.application')),
            ],
            options={
                'db_table': 'criterion_assessment',
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('form', 'Submitted application'), ('receipt', 'Receipt'), ('waiting', 'Letter on the waiting list'), ('completion_request', 'Request for more information'), ('decision', 'Decision')], max_length=24)),
                ('digest', models.CharField(max_length=64)),
                ('size', models.IntegerField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='membership.application')),
            ],
            options={
                'db_table': 'application_document',
            },
        ),
        migrations.CreateModel(
            name='ExtraFields',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('schema', models.CharField(max_length=64)),
                ('version', models.IntegerField()),
                ('values', models.JSONField(default=dict)),
                ('changed', models.DateTimeField(auto_now=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extra_fields', to='identity.organisation')),
            ],
            options={
                'db_table': 'extra_fields',
            },
        ),
        migrations.CreateModel(
            name='Handling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('terms_version', models.IntegerField()),
                ('taken_up', models.DateTimeField(auto_now_add=True)),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='handling', to='membership.application')),
                ('officer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'application_handling',
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.CharField(max_length=254)),
                ('language', models.CharField(default='sv', max_length=8)),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('expires', models.DateTimeField()),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.CharField(max_length=255)),
                ('sent', models.DateTimeField()),
                ('revoked', models.DateTimeField(null=True)),
                ('used', models.DateTimeField(null=True)),
                ('application', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='invitations', to='membership.application')),
            ],
            options={
                'db_table': 'invitation',
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('onboarding', 'Onboarding'), ('active', 'Active'), ('suspended', 'Suspended'), ('terminated', 'Terminated')], default='onboarding', max_length=16)),
                ('organisation_number', models.CharField(blank=True, default='', max_length=10)),
                ('sector', models.CharField(choices=[('state_authority', 'Government agency'), ('region', 'Region'), ('municipality', 'Municipality'), ('public_company', 'Publicly owned company'), ('private_company', 'Private company'), ('other', 'Other')], max_length=24)),
                ('nis2', models.CharField(choices=[('essential', 'Essential entity'), ('important', 'Important entity'), ('not_covered', 'Not covered'), ('unknown', 'Not yet known')], default='unknown', max_length=16)),
                ('county', models.CharField(blank=True, default='', max_length=2)),
                ('connection', models.CharField(choices=[('api', 'API (MISP to MISP)'), ('web', 'Web'), ('both', 'API and web')], max_length=8)),
                ('phase', models.IntegerField(default=0)),
                ('language', models.CharField(default='sv', max_length=8)),
                ('began', models.DateTimeField(auto_now_add=True)),
                ('activated', models.DateTimeField(null=True)),
                ('ended', models.DateTimeField(null=True)),
                ('application', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='membership', to='membership.application')),
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='membership', to='identity.organisation')),
                ('details', models.JSONField(default=dict)),
                ('ending', models.JSONField(default=dict)),
                ('statement_until', models.DateField(null=True)),
            ],
            options={
                'db_table': 'membership',
            },
        ),
        migrations.CreateModel(
            name='MemberLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('password', 'Password'), ('key', 'Key')], max_length=8)),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('sent_to', models.EmailField(max_length=255)),
                ('made_by', models.CharField(max_length=255)),
                ('made', models.DateTimeField(auto_now_add=True)),
                ('expires', models.DateTimeField()),
                ('used', models.DateTimeField(null=True)),
                ('allowed_ips', models.JSONField(default=list)),
                ('key_days', models.IntegerField(default=0)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='membership.membership')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'private_link',
            },
        ),
        migrations.CreateModel(
            name='AcceptanceRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.IntegerField()),
                ('asked', models.DateTimeField(auto_now_add=True)),
                ('reminders', models.JSONField(default=list)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='membership.membership')),
            ],
            options={
                'db_table': 'terms_request',
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('applicant', 'Applicant'), ('officer', 'Officer'), ('note', 'Note between officers')], max_length=16)),
                ('author', models.CharField(blank=True, default='', max_length=255)),
                ('text', models.TextField()),
                ('steps', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), default=list)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='membership.application')),
            ],
            options={
                'db_table': 'application_message',
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure', models.CharField(blank=True, default='', max_length=64)),
                ('name', models.CharField(max_length=150)),
                ('kind', models.CharField(max_length=100)),
                ('digest', models.CharField(max_length=64)),
                ('size', models.IntegerField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='membership.application')),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='membership.message')),
            ],
            options={
                'db_table': 'application_attachment',
            },
        ),
        migrations.CreateModel(
            name='OrganisationGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True, default='')),
                ('administrators', models.ManyToManyField(db_table='organisation_group_administrator', related_name='administered_groups', to=settings.AUTH_USER_MODEL)),
                ('organisations', models.ManyToManyField(db_table='organisation_group_member', related_name='groups', to='identity.organisation')),
            ],
            options={
                'db_table': 'organisation_group',
            },
        ),
        migrations.CreateModel(
            name='GroupConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('accepted', models.DateTimeField(auto_now_add=True)),
                ('accepted_by_id', models.BigIntegerField(null=True)),
                ('accepted_by_name', models.CharField(blank=True, default='', max_length=255)),
                ('administrator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='group_consents', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='membership.organisationgroup')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='group_consents', to='identity.organisation')),
            ],
            options={
                'db_table': 'organisation_group_consent',
            },
        ),
        migrations.CreateModel(
            name='Partiality',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('application', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='partialities', to='membership.application')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('is_partial', models.BooleanField(default=True)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.organisation')),
            ],
            options={
                'db_table': 'declared_partiality',
            },
        ),
        migrations.CreateModel(
            name='ProposedChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('proposed', 'Awaiting the hub owner’s review'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn')], default='proposed', max_length=16)),
                ('fields', models.JSONField()),
                ('note', models.TextField(blank=True, default='')),
                ('proposed_by', models.CharField(max_length=255)),
                ('proposed', models.DateTimeField(auto_now_add=True)),
                ('decided_by', models.CharField(blank=True, default='', max_length=255)),
                ('decided', models.DateTimeField(null=True)),
                ('reason', models.TextField(blank=True, default='')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='membership.membership')),
            ],
            options={
                'db_table': 'membership_change',
            },
        ),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.CharField(max_length=32)),
                ('note', models.TextField()),
                ('by', models.CharField(max_length=255)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='remarks', to='membership.membership')),
            ],
            options={
                'db_table': 'onboarding_remark',
            },
        ),
        migrations.CreateModel(
            name='Restriction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('suspended', 'Fully suspended'), ('no_sync', 'API connection suspended'), ('read_only', 'Read-only')], max_length=16)),
                ('cause', models.CharField(choices=[('officer', 'Decided by the hub owner'), ('statement', 'The security statement has expired')], max_length=16)),
                ('reason', models.TextField()),
                ('since', models.DateTimeField(auto_now_add=True)),
                ('until', models.DateTimeField(null=True)),
                ('lifted', models.DateTimeField(null=True)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='restrictions', to='membership.membership')),
            ],
            options={
                'db_table': 'membership_restriction',
            },
        ),
        migrations.CreateModel(
            name='SignInMinimum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rules', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), default=list)),
                ('key_days', models.IntegerField(default=365)),
                ('changed', models.DateTimeField(auto_now=True)),
                ('membership', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sign_in_minimum', to='membership.membership')),
            ],
            options={
                'db_table': 'sign_in_minimum',
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('returned', 'Returned'), ('accepted', 'Accepted')], default='draft', max_length=16)),
                ('answers', models.JSONField(default=dict)),
                ('submitted', models.DateTimeField(null=True)),
                ('submitted_by', models.CharField(blank=True, default='', max_length=255)),
                ('reviewed', models.DateTimeField(null=True)),
                ('reviewed_by', models.CharField(blank=True, default='', max_length=255)),
                ('note', models.TextField(blank=True, default='')),
                ('valid_from', models.DateField(null=True)),
                ('valid_until', models.DateField(null=True)),
                ('reminded', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='statements', to='membership.membership')),
            ],
            options={
                'db_table': 'security_statement',
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=150)),
                ('kind', models.CharField(max_length=100)),
                ('digest', models.CharField(max_length=64)),
                ('size', models.IntegerField()),
                ('valid_until', models.DateField(null=True)),
                ('added', models.DateTimeField(auto_now_add=True)),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='membership.statement')),
            ],
            options={
                'db_table': 'security_evidence',
            },
        ),
        migrations.CreateModel(
            name='Terms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.IntegerField(unique=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published')], default='draft', max_length=16)),
                ('text_sv', models.TextField()),
                ('text_en', models.TextField()),
                ('criteria', models.JSONField(default=list)),
                ('answer_by', models.DateField(null=True)),
                ('written_by', models.CharField(blank=True, default='', max_length=255)),
                ('changed', models.DateTimeField(auto_now=True)),
                ('published', models.DateTimeField(null=True)),
                ('published_by', models.CharField(blank=True, default='', max_length=255)),
            ],
            options={
                'db_table': 'terms',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('state',), name='terms_one_draft')],
            },
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['state', 'submitted'], name='application_state'),
        ),
        migrations.AddConstraint(
            model_name='acceptance',
            constraint=models.UniqueConstraint(fields=('organisation', 'version'), name='terms_accepted_once'),
        ),
        migrations.AddConstraint(
            model_name='acceptance',
            constraint=models.UniqueConstraint(fields=('application', 'version'), name='terms_accepted_once_in_application'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['organisation', 'role'], name='contact_organisation'),
        ),
        migrations.AddConstraint(
            model_name='criterionassessment',
            constraint=models.UniqueConstraint(fields=('application', 'key'), name='criterion_assessed_once'),
        ),
        migrations.AddConstraint(
            model_name='extrafields',
            constraint=models.UniqueConstraint(fields=('organisation', 'schema'), name='extra_fields_once'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['state', 'sector'], name='membership_state'),
        ),
        migrations.AddConstraint(
            model_name='acceptancerequest',
            constraint=models.UniqueConstraint(fields=('membership', 'version'), name='terms_asked_once'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['application', 'id'], name='application_message_of'),
        ),
        migrations.AddConstraint(
            model_name='organisationgroup',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='organisation_group_name_unique'),
        ),
        migrations.AddConstraint(
            model_name='groupconsent',
            constraint=models.UniqueConstraint(fields=('group', 'organisation', 'administrator'), name='organisation_group_consent_unique'),
        ),
        migrations.AddConstraint(
            model_name='partiality',
            constraint=models.UniqueConstraint(fields=('application', 'user'), name='declared_partiality_once'),
        ),
        migrations.AddConstraint(
            model_name='partiality',
            constraint=models.UniqueConstraint(fields=('organisation', 'user'), name='declared_partiality_once_of_member'),
        ),
        migrations.AddConstraint(
            model_name='partiality',
            constraint=models.CheckConstraint(condition=models.Q(('application', None), ('organisation', None), _connector='XOR'), name='declared_partiality_of_one'),
        ),
        migrations.AddConstraint(
            model_name='proposedchange',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('membership',), name='membership_change_one_open'),
        ),
        migrations.AddConstraint(
            model_name='remark',
            constraint=models.UniqueConstraint(fields=('membership', 'item'), name='onboarding_remark_once'),
        ),
        migrations.AddConstraint(
            model_name='restriction',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted', None)), fields=('membership', 'kind', 'cause'), name='membership_restriction_once'),
        ),
        migrations.AddConstraint(
            model_name='signinminimum',
            constraint=models.UniqueConstraint(fields=('membership',), name='sign_in_minimum_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='statement',
            index=models.Index(fields=['state', 'valid_until'], name='security_statement_ends'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'accepted'), _negated=True), fields=('membership',), name='security_statement_one_open'),
        ),
        migrations.RunSQL(KEEP_TERMS, migrations.RunSQL.noop),
    ]
