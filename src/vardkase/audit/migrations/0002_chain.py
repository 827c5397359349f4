import django.contrib.postgres.indexes
from django.db import migrations, models

# The transaction that wrote an entry, by which the sealer finds what is new. Rows that are there have 0: the constant
# first, so that the table is not rewritten.
WRITTEN_IN = """
ALTER TABLE audit_entry ADD COLUMN written_in bigint NOT NULL DEFAULT 0;
ALTER TABLE audit_entry ALTER COLUMN written_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX audit_written_in ON audit_entry (written_in, id);
"""

# The law may demand that content goes: title and change of entries, never who did what and when. The function is the
# only way for the hub's role, runs as the owner, and writes into the log itself which entries it emptied. It waits for
# the sealer (audit.chain.sealing.LOCK), which would otherwise link what has just gone.
REDACT = """
CREATE FUNCTION audit_redact(entries bigint[], new_title text, removed text, fields text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    emptied bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock(1096107092);
    WITH changed AS (
        UPDATE public.audit_entry SET
            title = coalesce(new_title, title),
            change = CASE WHEN removed IS NULL THEN change - fields ELSE jsonb_build_object('removed', removed) END
        WHERE id = ANY(entries) AND (
            title <> coalesce(new_title, title)
            OR change <> CASE WHEN removed IS NULL THEN change - fields ELSE jsonb_build_object('removed', removed) END)
        RETURNING id
    )
    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO emptied FROM changed;
    UPDATE public.audit_link SET nonce = NULL WHERE entry_id = ANY(emptied);
    INSERT INTO public.audit_entry (created, action, actor_name, organisation_id, credential, target_kind, title, change)
    SELECT clock_timestamp(), 'audit.redacted', '', 0, 'job', 'audit_log', '',
           jsonb_build_object('count', count(*), 'entries', jsonb_agg(id ORDER BY id))
    FROM (SELECT id, (number - 1) / 1000 AS part FROM unnest(emptied) WITH ORDINALITY AS each (id, number)) each
    GROUP BY part;
    RETURN cardinality(emptied);
END $$;
"""

# For the owner alone. Two persons have agreed to what the entry `audit.removal_approved` names.
REMOVE = """
CREATE FUNCTION audit_remove(archive bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    segment public.audit_archive;
    gone bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1096107092);
    SELECT * INTO STRICT segment FROM public.audit_archive WHERE id = archive;
    IF segment.first <> (SELECT min(position) FROM public.audit_link) THEN
        RAISE EXCEPTION 'archive % does not begin where the audit log begins', archive;
    END IF;
    IF segment.last >= (SELECT max(position) FROM public.audit_link) THEN
        RAISE EXCEPTION 'archive % holds the newest entry, which stays', archive;
    END IF;
    IF NOT EXISTS (SELECT FROM public.audit_entry e JOIN public.audit_link l ON l.entry_id = e.id
            WHERE e.action = 'audit.removal_approved' AND e.target_kind = 'audit_archive' AND e.target_id = archive
            AND l.position > segment.last) THEN
        RAISE EXCEPTION 'two persons have not agreed to the removal of archive %', archive;
    END IF;
    DELETE FROM public.audit_entry e USING public.audit_link l
    WHERE l.entry_id = e.id AND l.position BETWEEN segment.first AND segment.last;
    DELETE FROM public.audit_link WHERE position BETWEEN segment.first AND segment.last;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
REVOKE EXECUTE ON FUNCTION audit_remove(bigint) FROM PUBLIC;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditArchive',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.BigIntegerField()),
                ('last', models.BigIntegerField()),
                ('previous', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('count', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=255)),
                ('time', models.DateTimeField()),
                ('key', models.CharField(max_length=64)),
                ('signature', models.CharField(max_length=128)),
            ],
            options={
                'db_table': 'audit_archive',
            },
        ),
        migrations.CreateModel(
            name='AuditCheckpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.BigIntegerField()),
                ('count', models.BigIntegerField()),
                ('entry_id', models.BigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('time', models.DateTimeField()),
                ('key', models.CharField(max_length=64)),
                ('signature', models.CharField(max_length=128)),
            ],
            options={
                'db_table': 'audit_checkpoint',
            },
        ),
        migrations.CreateModel(
            name='AuditDelivery',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('done', models.BigIntegerField(default=0)),
                ('delivered', models.DateTimeField(null=True)),
                ('failing_since', models.DateTimeField(null=True)),
                ('fault', models.TextField(blank=True, default='')),
            ],
            options={
                'db_table': 'audit_delivery',
            },
        ),
        migrations.CreateModel(
            name='AuditKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64, unique=True)),
                ('public_key', models.CharField(max_length=64)),
                ('encrypted_key', models.TextField(blank=True)),
                ('created', models.DateTimeField()),
            ],
            options={
                'db_table': 'audit_key',
            },
        ),
        migrations.CreateModel(
            name='AuditLink',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('entry_id', models.BigIntegerField(unique=True)),
                ('nonce', models.BinaryField(null=True)),
                ('content', models.BinaryField()),
                ('digest', models.BinaryField()),
            ],
            options={
                'db_table': 'audit_link',
            },
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['actor_name', '-id'], name='audit_actor_name'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['organisation_id', '-id'], name='audit_organisation'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['address', '-id'], name='audit_address'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['action', 'id'], name='audit_action', opclasses=['varchar_pattern_ops', '']),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['created'], name='audit_created', pages_per_range=16),
        ),
        migrations.RunSQL(WRITTEN_IN),
        migrations.RunSQL(REDACT),
        migrations.RunSQL(REMOVE),
    ]
