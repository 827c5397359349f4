import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import psycopg.types.range
import uuid
import vardkase.identity.organisations.models
from django.conf import settings
from django.db import migrations, models

# Whatever creates an organisation, it may do nothing until it is a member, once membership is in use.
MEMBERS_ONLY = """
CREATE FUNCTION organisation_needs_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM membership_in_use) THEN
        NEW.read_period := 'empty';
        NEW.write_period := 'empty';
        NEW.sync_period := 'empty';
        NEW.fixed_standing := 'no_membership';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organisation_needs_membership BEFORE INSERT ON organisation
    FOR EACH ROW EXECUTE FUNCTION organisation_needs_membership();
CREATE FUNCTION membership_stays_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'membership stays in use';
END $$;
CREATE TRIGGER membership_stays_in_use BEFORE UPDATE OR DELETE ON membership_in_use
    FOR EACH ROW EXECUTE FUNCTION membership_stays_in_use();
"""
# Whatever writes an address, through the ORM or in SQL, it is remembered.
REMEMBER_ADDRESSES = """
CREATE FUNCTION remember_account_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_address (user_id, email, since) VALUES (NEW.id, NEW.email, now()) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER account_address_remembered AFTER INSERT OR UPDATE OF email ON account
FOR EACH ROW EXECUTE FUNCTION remember_account_address();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=255)),
                ('server_id', models.BigIntegerField(default=0)),
                ('autoalert', models.BooleanField(default=False)),
                ('contactalert', models.BooleanField(default=False)),
                ('disabled', models.BooleanField(default=False)),
                ('expiration', models.DateTimeField(blank=True, null=True)),
                ('change_pw', models.BooleanField(default=False)),
                ('termsaccepted', models.BooleanField(default=False)),
                ('newsread', models.BigIntegerField(default=0)),
                ('nids_sid', models.BigIntegerField(default=4000000)),
                ('gpgkey', models.TextField(blank=True, null=True)),
                ('certif_public', models.TextField(blank=True, null=True)),
                ('invited_by', models.BigIntegerField(default=0)),
                ('force_logout', models.BooleanField(default=False)),
                ('external_auth_required', models.BooleanField(default=False)),
                ('external_auth_key', models.TextField(blank=True, null=True)),
                ('notification_daily', models.BooleanField(default=False)),
                ('notification_weekly', models.BooleanField(default=False)),
                ('notification_monthly', models.BooleanField(default=False)),
                ('last_api_access', models.DateTimeField(null=True)),
                ('last_pw_change', models.DateTimeField(null=True)),
                ('date_created', models.DateTimeField(auto_now_add=True)),
                ('date_modified', models.DateTimeField(auto_now=True)),
                ('language', models.CharField(blank=True, default='', max_length=8)),
                ('theme', models.CharField(default='auto', max_length=8)),
                ('staff_roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), blank=True, default=list)),
                ('disabled_because', models.CharField(blank=True, choices=[('unreviewed', 'Unreviewed'), ('idle', 'Idle')], default='', max_length=16)),
                ('enabled_since', models.DateTimeField(blank=True, null=True)),
                ('credentials_set_by_another_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'account',
            },
        ),
        migrations.CreateModel(
            name='AccessReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened', models.DateTimeField()),
                ('due', models.DateTimeField()),
                ('closed', models.DateTimeField(null=True)),
                ('reminded', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'access_review',
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('description', models.TextField(blank=True, default='')),
                ('type', models.CharField(blank=True, default='', max_length=255)),
                ('nationality', models.CharField(blank=True, default='', max_length=255)),
                ('sector', models.CharField(blank=True, default='', max_length=255)),
                ('contacts', models.TextField(blank=True, default='')),
                ('landingpage', models.TextField(blank=True, null=True)),
                ('restricted_to_domain', models.JSONField(blank=True, null=True)),
                ('local', models.BooleanField(default=False)),
                ('created_by', models.BigIntegerField(default=0)),
                ('date_created', models.DateTimeField(auto_now_add=True)),
                ('date_modified', models.DateTimeField(auto_now=True)),
                ('hides_unpublished', models.BooleanField(default=False)),
                ('certificate_pins', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list)),
                ('certificates_mode', models.CharField(choices=[('off', 'Off'), ('report', 'Report'), ('enforce', 'Enforce')], default='off', max_length=8)),
                ('domains_mode', models.CharField(choices=[('off', 'Off'), ('report', 'Report'), ('enforce', 'Enforce')], default='off', max_length=8)),
                ('keys_mode', models.CharField(choices=[('off', 'Off'), ('report', 'Report'), ('enforce', 'Enforce')], default='off', max_length=8)),
                ('networks', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list)),
                ('networks_mode', models.CharField(choices=[('off', 'Off'), ('report', 'Report'), ('enforce', 'Enforce')], default='off', max_length=8)),
                ('verified_domains', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list)),
                ('egress_addresses', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list)),
                ('read_period', django.contrib.postgres.fields.ranges.DateTimeRangeField(db_default=psycopg.types.range.Range(None, None, '()'))),
                ('write_period', django.contrib.postgres.fields.ranges.DateTimeRangeField(db_default=psycopg.types.range.Range(None, None, '()'))),
                ('sync_period', django.contrib.postgres.fields.ranges.DateTimeRangeField(db_default=psycopg.types.range.Range(None, None, '()'))),
                ('fixed_standing', models.CharField(blank=True, db_default='', max_length=32)),
                ('required_sign_in', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, default=list)),
                ('required_key_days', models.IntegerField(default=0)),
                ('name_resembles_another', models.BooleanField(default=False)),
                ('name_skeleton', vardkase.identity.organisations.models.NameSkeletonField(default='', editable=False)),
            ],
            options={
                'db_table': 'organisation',
            },
        ),
        migrations.CreateModel(
            name='ApprovalRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(max_length=64)),
                ('subject', models.CharField(max_length=128)),
                ('title', models.CharField(max_length=255)),
                ('parameters', models.JSONField(default=dict)),
                ('subject_state', models.JSONField(default=dict)),
                ('digest', models.CharField(blank=True, default='', max_length=64)),
                ('reason', models.TextField(blank=True, default='')),
                ('state', models.CharField(choices=[('waiting', 'Waiting for approval'), ('approved', 'Approved'), ('alone', 'Done by one person before the hub was in use'), ('declined', 'Declined'), ('returned', 'Returned with a question'), ('withdrawn', 'Withdrawn'), ('lapsed', 'Not answered in time'), ('stale', 'Superseded by a change')], default='waiting', max_length=16)),
                ('proposed_by', models.BigIntegerField(null=True)),
                ('proposed_by_name', models.CharField(max_length=255)),
                ('proposed_with', models.CharField(max_length=16)),
                ('proposed_at_console', models.CharField(blank=True, default='', max_length=255)),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('answered_by', models.BigIntegerField(null=True)),
                ('answered_by_name', models.CharField(blank=True, default='', max_length=255)),
                ('answered_with', models.CharField(blank=True, default='', max_length=16)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True, default='')),
            ],
            options={
                'db_table': 'approval_request',
            },
        ),
        migrations.CreateModel(
            name='AuthKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('authkey_start', models.CharField(max_length=4)),
                ('authkey_end', models.CharField(max_length=4)),
                ('digest', models.BinaryField(max_length=32)),
                ('created', models.BigIntegerField()),
                ('expiration', models.BigIntegerField(default=0)),
                ('read_only', models.BooleanField(default=False)),
                ('comment', models.TextField(blank=True, default='')),
                ('allowed_ips', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, null=True)),
                ('unique_ips', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list)),
                ('last_used', models.BigIntegerField(null=True)),
                ('warned_days', models.SmallIntegerField(null=True)),
                ('issued_at_console', models.BooleanField(default=False)),
                ('issued_by_id', models.BigIntegerField(null=True)),
                ('issued_by_name', models.CharField(blank=True, default='', max_length=255)),
            ],
            options={
                'db_table': 'auth_key',
            },
        ),
        migrations.CreateModel(
            name='Bookmark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=191)),
                ('url', models.CharField(max_length=255)),
                ('exposed_to_org', models.BooleanField(default=False)),
                ('comment', models.TextField(blank=True, default='')),
            ],
            options={
                'db_table': 'bookmark',
            },
        ),
        migrations.CreateModel(
            name='ClientCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pins', models.CharField(choices=[('certificate', 'Certificate'), ('key', 'Key')], default='certificate', max_length=12)),
                ('fingerprint', models.CharField(max_length=64)),
                ('subject', models.TextField(blank=True, default='')),
                ('begins', models.DateTimeField(null=True)),
                ('ends', models.DateTimeField(null=True)),
                ('pem', models.TextField(blank=True, default='')),
                ('added', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.CharField(max_length=255)),
                ('warned_days', models.SmallIntegerField(null=True)),
            ],
            options={
                'db_table': 'client_certificate',
            },
        ),
        migrations.CreateModel(
            name='Inbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('title', models.CharField(max_length=400)),
                ('type', models.CharField(default='registration', max_length=32)),
                ('ip', models.GenericIPAddressField(null=True)),
                ('user_agent', models.TextField(blank=True, default='')),
                ('comment', models.TextField(blank=True, default='')),
                ('timestamp', models.BigIntegerField()),
                ('data', models.JSONField()),
            ],
            options={
                'db_table': 'inbox',
            },
        ),
        migrations.CreateModel(
            name='MailDomain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(max_length=253)),
                ('method', models.CharField(choices=[('mail', 'Mail'), ('dns', 'Dns')], max_length=4)),
                ('mailbox', models.CharField(blank=True, default='', max_length=64)),
                ('token', models.CharField(max_length=64)),
                ('asked', models.DateTimeField()),
                ('verified', models.DateTimeField(null=True)),
                ('checked', models.DateTimeField(null=True)),
                ('seen', models.DateTimeField(null=True)),
                ('added_by', models.CharField(max_length=255)),
                ('warned', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'mail_domain',
            },
        ),
        migrations.CreateModel(
            name='MembershipInUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'db_table': 'membership_in_use',
            },
        ),
        migrations.CreateModel(
            name='News',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=255)),
                ('message', models.TextField()),
                ('date_created', models.BigIntegerField()),
            ],
            options={
                'db_table': 'news',
            },
        ),
        migrations.CreateModel(
            name='RefusalNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('who', models.CharField(max_length=40)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('reason', models.CharField(max_length=24)),
                ('told', models.BigIntegerField()),
                ('times', models.BigIntegerField(default=1)),
            ],
            options={
                'db_table': 'refusal_note',
            },
        ),
        migrations.CreateModel(
            name='ReviewAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField()),
                ('email', models.CharField(max_length=255)),
                ('role', models.CharField(max_length=255)),
                ('kind', models.CharField(choices=[('confirmed', 'Confirmed'), ('disabled', 'Disabled'), ('unanswered', 'Unanswered'), ('spared', 'Spared')], max_length=12)),
                ('answered', models.DateTimeField()),
                ('answered_by', models.CharField(max_length=255)),
            ],
            options={
                'db_table': 'access_review_answer',
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('perm_add', models.BooleanField(default=False)),
                ('perm_modify', models.BooleanField(default=False)),
                ('perm_modify_org', models.BooleanField(default=False)),
                ('perm_publish', models.BooleanField(default=False)),
                ('perm_delegate', models.BooleanField(default=False)),
                ('perm_sync', models.BooleanField(default=False)),
                ('perm_admin', models.BooleanField(default=False)),
                ('perm_audit', models.BooleanField(default=False)),
                ('perm_full', models.BooleanField(default=False)),
                ('perm_auth', models.BooleanField(default=False)),
                ('perm_site_admin', models.BooleanField(default=False)),
                ('perm_regexp_access', models.BooleanField(default=False)),
                ('perm_tagger', models.BooleanField(default=False)),
                ('perm_template', models.BooleanField(default=False)),
                ('perm_sharing_group', models.BooleanField(default=False)),
                ('perm_tag_editor', models.BooleanField(default=False)),
                ('perm_sighting', models.BooleanField(default=False)),
                ('perm_object_template', models.BooleanField(default=False)),
                ('perm_galaxy_editor', models.BooleanField(default=False)),
                ('perm_publish_zmq', models.BooleanField(default=False)),
                ('perm_publish_kafka', models.BooleanField(default=False)),
                ('perm_decaying', models.BooleanField(default=False)),
                ('perm_warninglist', models.BooleanField(default=False)),
                ('perm_view_feed_correlations', models.BooleanField(default=False)),
                ('perm_analyst_data', models.BooleanField(default=False)),
                ('perm_skip_otp', models.BooleanField(default=False)),
                ('perm_server_sign', models.BooleanField(default=False)),
                ('perm_sync_internal', models.BooleanField(default=False)),
                ('perm_sync_authoritative', models.BooleanField(default=False)),
                ('default_role', models.BooleanField(default=False)),
                ('restricted_to_site_admin', models.BooleanField(default=False)),
                ('memory_limit', models.CharField(blank=True, max_length=255, null=True)),
                ('max_execution_time', models.CharField(blank=True, max_length=255, null=True)),
                ('enforce_rate_limit', models.BooleanField(default=False)),
                ('rate_limit_count', models.IntegerField(default=0)),
                ('restsearch_limit_result', models.IntegerField(default=0)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('modified', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'role',
            },
        ),
        migrations.CreateModel(
            name='SharingGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('releasability', models.TextField(blank=True, default='')),
                ('description', models.TextField(blank=True, default='')),
                ('organisation_uuid', models.UUIDField()),
                ('sync_user_id', models.BigIntegerField(default=0)),
                ('active', models.BooleanField(default=True)),
                ('local', models.BooleanField(default=True)),
                ('roaming', models.BooleanField(default=False)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('modified', models.DateTimeField(auto_now=True)),
                ('connection_id', models.BigIntegerField(default=0)),
                ('hides_members', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'sharing_group',
            },
        ),
        migrations.CreateModel(
            name='SharingGroupBlueprint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.CharField(max_length=191)),
                ('timestamp', models.BigIntegerField()),
                ('user_id', models.BigIntegerField()),
                ('rules', models.JSONField()),
            ],
            options={
                'db_table': 'sharing_group_blueprint',
            },
        ),
        migrations.CreateModel(
            name='SharingGroupOrg',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('extend', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'sharing_group_org',
            },
        ),
        migrations.CreateModel(
            name='SharingGroupServer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('server_id', models.BigIntegerField(default=0)),
                ('all_orgs', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'sharing_group_server',
            },
        ),
        migrations.CreateModel(
            name='UserSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('setting', models.CharField(max_length=64)),
                ('value', models.JSONField()),
                ('timestamp', models.BigIntegerField()),
            ],
            options={
                'db_table': 'user_setting',
            },
        ),
        migrations.CreateModel(
            name='OneTimeCode',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('counter', models.BigIntegerField()),
                ('wrong', models.IntegerField()),
                ('wrong_since', models.BigIntegerField()),
            ],
            options={
                'db_table': 'one_time_code',
            },
        ),
        migrations.CreateModel(
            name='AccountAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField(db_index=True)),
                ('email', models.EmailField(max_length=255)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'db_table': 'account_address',
                'indexes': [models.Index(django.db.models.functions.text.Lower('email'), name='account_address_email')],
                'constraints': [models.UniqueConstraint(models.F('user_id'), django.db.models.functions.text.Lower('email'), name='account_address_unique')],
            },
        ),
        migrations.CreateModel(
            name='AccountLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('confirm_address', 'Confirm Address'), ('cancel_address', 'Cancel Address'), ('set_password', 'Set Password')], max_length=16)),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('email', models.EmailField(blank=True, default='', max_length=255)),
                ('made', models.DateTimeField(auto_now_add=True)),
                ('expires', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'account_link',
            },
        ),
        migrations.CreateModel(
            name='ApiRequirements',
            fields=[
                ('org', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='api_requirements', serialize=False, to='identity.organisation')),
                ('software', models.CharField(blank=True, default='', max_length=255)),
                ('egress_addresses', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list)),
                ('proof', models.CharField(choices=[('certificate', 'Certificate'), ('pinned_key', 'Pinned Key')], default='certificate', max_length=12)),
                ('contact_name', models.CharField(blank=True, default='', max_length=255)),
                ('contact_email', models.CharField(blank=True, default='', max_length=255)),
                ('contact_phone', models.CharField(blank=True, default='', max_length=64)),
                ('rotation_days', models.IntegerField(default=365)),
                ('log_days', models.IntegerField(default=180)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('returned', 'Returned')], default='draft', max_length=12)),
                ('submitted', models.DateTimeField(null=True)),
                ('submitted_by', models.CharField(blank=True, default='', max_length=255)),
                ('decided', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, default='', max_length=255)),
                ('note', models.TextField(blank=True, default='')),
            ],
            options={
                'db_table': 'api_requirements',
            },
        ),
        migrations.CreateModel(
            name='IdentityProvider',
            fields=[
                ('org', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='identity_provider', serialize=False, to='identity.organisation')),
                ('issuer', models.CharField(max_length=255)),
                ('client_id', models.CharField(max_length=255)),
                ('secret', models.TextField()),
                ('label', models.CharField(max_length=60)),
                ('required', models.BooleanField(default=False)),
                ('trusts_second_factor', models.BooleanField(default=False)),
                ('proved', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'identity_provider',
            },
        ),
        migrations.AddIndex(
            model_name='organisation',
            index=models.Index(condition=models.Q(('hides_unpublished', True)), fields=['id'], name='organisation_hides_unpublished'),
        ),
        migrations.AddIndex(
            model_name='organisation',
            index=models.Index(fields=['name_skeleton'], name='organisation_name_skeleton'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='organisation_name_unique'),
        ),
        migrations.AddField(
            model_name='accessreview',
            name='org',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='access_reviews', to='identity.organisation'),
        ),
        migrations.AddField(
            model_name='user',
            name='org',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='users', to='identity.organisation'),
        ),
        migrations.AddIndex(
            model_name='approvalrequest',
            index=models.Index(fields=['state', 'action'], name='approval_request_state'),
        ),
        migrations.AddIndex(
            model_name='approvalrequest',
            index=models.Index(fields=['action', 'subject'], name='approval_request_subject'),
        ),
        migrations.AddConstraint(
            model_name='approvalrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('action', 'subject'), name='approval_request_one_waiting'),
        ),
        migrations.AddConstraint(
            model_name='approvalrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), ('digest', ''), models.Q(('answered_by__isnull', False), models.Q(('proposed_by', None), models.Q(('answered_by', models.F('proposed_by')), _negated=True), _connector='OR')), _connector='OR'), name='approval_takes_two'),
        ),
        migrations.AddConstraint(
            model_name='approvalrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), ('digest', ''), ('answered_with', 'browser'), _connector='OR'), name='approval_in_the_browser'),
        ),
        migrations.AddField(
            model_name='authkey',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='auth_keys', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bookmark',
            name='org',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.organisation'),
        ),
        migrations.AddField(
            model_name='bookmark',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='clientcertificate',
            name='org',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='client_certificates', to='identity.organisation'),
        ),
        migrations.AddField(
            model_name='maildomain',
            name='org',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mail_domains', to='identity.organisation'),
        ),
        migrations.AddConstraint(
            model_name='membershipinuse',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='membership_in_use_one_row'),
        ),
        migrations.AddField(
            model_name='news',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='refusalnote',
            constraint=models.UniqueConstraint(fields=('who', 'address', 'reason'), name='refusal_note_unique'),
        ),
        migrations.AddField(
            model_name='reviewanswer',
            name='review',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='identity.accessreview'),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='role_name_unique'),
        ),
        migrations.AddField(
            model_name='user',
            name='role',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='users', to='identity.role'),
        ),
        migrations.AddField(
            model_name='sharinggroup',
            name='org',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owned_sharing_groups', to='identity.organisation'),
        ),
        migrations.AddField(
            model_name='sharinggroupblueprint',
            name='org',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisation'),
        ),
        migrations.AddField(
            model_name='sharinggroupblueprint',
            name='sharing_group',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.sharinggroup'),
        ),
        migrations.AddField(
            model_name='sharinggrouporg',
            name='org',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sharing_group_memberships', to='identity.organisation'),
        ),
        migrations.AddField(
            model_name='sharinggrouporg',
            name='sharing_group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='identity.sharinggroup'),
        ),
        migrations.AddField(
            model_name='sharinggroupserver',
            name='sharing_group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='servers', to='identity.sharinggroup'),
        ),
        migrations.AddField(
            model_name='usersetting',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='settings', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='accessreview',
            index=models.Index(fields=['org', '-opened'], name='access_review_org'),
        ),
        migrations.AddConstraint(
            model_name='accessreview',
            constraint=models.UniqueConstraint(condition=models.Q(('closed__isnull', True)), fields=('org',), name='access_review_one_open'),
        ),
        migrations.AddIndex(
            model_name='authkey',
            index=models.Index(fields=['authkey_start'], name='auth_key_start'),
        ),
        migrations.AddConstraint(
            model_name='clientcertificate',
            constraint=models.UniqueConstraint(fields=('org', 'pins', 'fingerprint'), name='client_certificate_unique'),
        ),
        migrations.AddConstraint(
            model_name='maildomain',
            constraint=models.UniqueConstraint(fields=('org', 'domain'), name='mail_domain_unique'),
        ),
        migrations.AddConstraint(
            model_name='reviewanswer',
            constraint=models.UniqueConstraint(fields=('review', 'user_id'), name='access_review_answer_once'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='account_email_unique'),
        ),
        migrations.AddIndex(
            model_name='sharinggroup',
            index=models.Index(django.db.models.functions.text.Lower('name'), name='sharing_group_name'),
        ),
        migrations.AddIndex(
            model_name='sharinggrouporg',
            index=models.Index(fields=['org', 'sharing_group'], name='sharing_group_org_org'),
        ),
        migrations.AddConstraint(
            model_name='sharinggrouporg',
            constraint=models.UniqueConstraint(fields=('sharing_group', 'org'), name='sharing_group_org_unique'),
        ),
        migrations.AddConstraint(
            model_name='sharinggroupserver',
            constraint=models.UniqueConstraint(fields=('sharing_group', 'server_id'), name='sharing_group_server_unique'),
        ),
        migrations.AddConstraint(
            model_name='usersetting',
            constraint=models.UniqueConstraint(fields=('user', 'setting'), name='user_setting_unique'),
        ),
        migrations.RunSQL(MEMBERS_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(REMEMBER_ADDRESSES, migrations.RunSQL.noop),
    ]
