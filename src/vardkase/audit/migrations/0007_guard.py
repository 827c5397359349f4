from django.db import migrations, models

# A secret that the owner keeps where the hub's role cannot read it, and that the hub's own processes know
# (audit.chain.guard): whoever has nothing but the role adds neither links nor signatures, and removes no content.
GUARD = """
CREATE SCHEMA audit_private;
CREATE TABLE audit_private.secret (inner_key bytea NOT NULL, outer_key bytea NOT NULL);

CREATE FUNCTION audit_is_hub() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- The owner needs no proof: nothing stops it anyway.
    RETURN pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = 'public.audit_entry'::regclass), 'MEMBER')
        OR EXISTS (SELECT FROM audit_private.secret s WHERE current_setting('vardkase.audit_proof', true)
            = encode(sha256(s.outer_key || sha256(s.inner_key || convert_to(pg_current_xact_id()::text, 'UTF8'))), 'hex'));
END $$;
REVOKE EXECUTE ON FUNCTION audit_is_hub() FROM PUBLIC;

CREATE FUNCTION audit_written_by_hub() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT public.audit_is_hub() THEN
        RAISE EXCEPTION 'only the hub itself writes to %', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION audit_written_by_hub() FROM PUBLIC;
CREATE TRIGGER audit_written_by_hub BEFORE INSERT ON audit_link
FOR EACH STATEMENT EXECUTE FUNCTION audit_written_by_hub();
CREATE TRIGGER audit_written_by_hub BEFORE INSERT ON audit_checkpoint
FOR EACH STATEMENT EXECUTE FUNCTION audit_written_by_hub();
CREATE TRIGGER audit_written_by_hub BEFORE INSERT ON audit_archive
FOR EACH STATEMENT EXECUTE FUNCTION audit_written_by_hub();
CREATE TRIGGER audit_written_by_hub BEFORE INSERT ON audit_guard
FOR EACH STATEMENT EXECUTE FUNCTION audit_written_by_hub();
CREATE TRIGGER audit_written_by_hub BEFORE INSERT OR UPDATE OR DELETE ON audit_key
FOR EACH STATEMENT EXECUTE FUNCTION audit_written_by_hub();
"""

# Content goes for a reason that is on record: a retention run that two persons have approved and that is under way, by a
# rule that it has found something for, or a spill whose deletion two persons have approved. A hub that was restored
# repeats deletions that it does not know of, and says so in the log first.
BASIS = r"""
CREATE FUNCTION audit_removal_has_basis(mark text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN (
    WITH run AS (
        SELECT r.id FROM public.retention_run r JOIN public.approval_request a
            ON a.action = 'carry_out_retention' AND a.subject = r.id::text AND a.state = 'approved'
            AND a.proposed_by IS DISTINCT FROM a.answered_by
        WHERE r.state = 'carrying_out'
    )
    SELECT EXISTS (
        SELECT FROM public.audit_entry e WHERE e.action = 'backup.deletion_repeated'
        AND e.written_in = pg_current_xact_id()::text::bigint
    ) OR CASE WHEN mark ~ 'R-[0-9]' THEN NOT EXISTS (
        SELECT FROM regexp_matches(mark, 'R-([0-9]+)', 'g') named WHERE NOT EXISTS (
            SELECT FROM run JOIN public.retention_item i ON i.run_id = run.id JOIN public.retention_rule l ON l.id = i.rule_id
            WHERE l.number = named[1]::integer))
    ELSE (mark IS NULL AND EXISTS (SELECT FROM run)) OR EXISTS (
        SELECT FROM public.spill s JOIN public.approval_request a
            ON a.action = 'delete_spill' AND a.subject = s.id::text AND a.state = 'approved'
            AND a.proposed_by IS DISTINCT FROM a.answered_by
        WHERE s.number = mark OR mark IS NULL AND a.answered_at > now() - interval '1 minute')
    END
); END $$;
REVOKE EXECUTE ON FUNCTION audit_removal_has_basis(text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION audit_redact(entries bigint[], new_title text, removed text, fields text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    emptied bigint[];
    mark CONSTANT text := '^(\[retention, [0-9]{4}-[0-9]{2}-[0-9]{2}, R-[0-9]{1,9}\]|R-[0-9]{1,9}(, R-[0-9]{1,9})*'
        || '|[A-ZÅÄÖ]{0,8}[ -]?[0-9][0-9:/-]{0,24})$';
    stays CONSTANT text := '^(audit|role|setting|backup|auth_key|second_factor|user|organisation|move_in|console|'
        || 'decision_right|staff)\.';
    only_fields CONSTANT text := '^(membership|member|application)[a-z_]*\.';
    keeps_change CONSTANT text := '^(approval_request|content_grant|spill)\.';
BEGIN
    IF NOT public.audit_is_hub() THEN
        RAISE EXCEPTION 'only the hub itself removes content from the audit log';
    END IF;
    IF new_title <> '' AND NOT EXISTS (SELECT FROM public.case_file c WHERE c.number = new_title AND c.closed_at IS NOT NULL)
            OR removed !~ mark OR NOT fields <@ ARRAY['note', 'reason', 'person', 'answer', 'parameters'] THEN
        RAISE EXCEPTION 'the audit log takes no such text in place of what is removed';
    END IF;
    IF NOT public.audit_removal_has_basis(removed) THEN
        RAISE EXCEPTION 'nothing that two persons have approved removes content from the audit log as %',
            coalesce(removed, 'this');
    END IF;
    PERFORM pg_advisory_xact_lock(1096107092);
    WITH wanted AS (
        SELECT id AS wanted_id, CASE WHEN action ~ only_fields THEN title ELSE coalesce(new_title, title) END AS title_then,
            CASE WHEN removed IS NULL THEN change - fields WHEN action ~ keeps_change OR action ~ only_fields THEN change
                ELSE jsonb_build_object('removed', removed) END AS change_then
        FROM public.audit_entry WHERE id = ANY(entries) AND action !~ stays
    ), changed AS (
        UPDATE public.audit_entry SET title = title_then, change = change_then FROM wanted
        WHERE id = wanted_id AND (title <> title_then OR change <> change_then)
        RETURNING id
    )
    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO emptied FROM changed;
    UPDATE public.audit_link SET nonce = NULL WHERE entry_id = ANY(emptied);
    INSERT INTO public.audit_entry (created, action, actor_name, organisation_id, credential, target_kind, title, change)
    SELECT clock_timestamp(), 'audit.redacted', '', 0, 'job', 'audit_log', '',
           jsonb_strip_nulls(jsonb_build_object('count', count(*), 'mark', coalesce(removed, nullif(new_title, '')),
               'role', session_user, 'entries', jsonb_agg(each.id ORDER BY each.id),
               'contents', jsonb_agg(left(encode(sha256(convert_to(e.title || E'\n' || e.change::text, 'UTF8')), 'hex'), 32)
                   ORDER BY each.id)))
    FROM (SELECT id, (number - 1) / 1000 AS part FROM unnest(emptied) WITH ORDINALITY AS each (id, number)) each
    JOIN public.audit_entry e ON e.id = each.id
    GROUP BY part;
    RETURN cardinality(emptied);
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0006_entries_that_stay'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditGuard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('encrypted', models.TextField()),
            ],
            options={
                'db_table': 'audit_guard',
            },
        ),
        migrations.RunSQL(GUARD),
        migrations.RunSQL(BASIS, migrations.RunSQL.noop),
    ]
