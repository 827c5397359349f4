from django.db import migrations

# Entries about accounts, organisations and rights stay as they are; those about members lose only what a person wrote in
# them, and those about approvals, access to content and spills keep what was decided.
REDACT = r"""
CREATE OR REPLACE FUNCTION audit_redact(entries bigint[], new_title text, removed text, fields text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    emptied bigint[];
    mark CONSTANT text := '^(\[retention, [0-9]{4}-[0-9]{2}-[0-9]{2}, R-[0-9]{1,9}\]|[A-ZÅÄÖ]{0,8}[ -]?[0-9][0-9:/-]{0,24})$';
    stays CONSTANT text := '^(audit|role|setting|backup|auth_key|second_factor|user|organisation|move_in|console|'
        || 'decision_right|staff)\.';
    only_fields CONSTANT text := '^(membership|member|application)[a-z_]*\.';
    keeps_change CONSTANT text := '^(approval_request|content_grant|spill)\.';
BEGIN
    IF new_title <> '' AND new_title !~ mark OR removed !~ mark
            OR NOT fields <@ ARRAY['note', 'reason', 'person', 'answer', 'parameters'] THEN
        RAISE EXCEPTION 'the audit log takes no such text in place of what is removed';
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
        ('audit', '0005_removal_by_request'),
    ]

    operations = [
        migrations.RunSQL(REDACT, migrations.RunSQL.noop),
    ]
