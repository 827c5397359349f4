from django.db import migrations

# What the law may take out of entries, and nothing else: a title goes, or becomes the number of a case; a change becomes
# the mark of the rule, case or spill, or loses keys that hold what a person wrote. Entries on the log itself, on rights and
# on settings stay as they are. What the entries hold afterwards is in the chain with the entry that names them.
REDACT = r"""
CREATE OR REPLACE FUNCTION audit_redact(entries bigint[], new_title text, removed text, fields text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    emptied bigint[];
    mark CONSTANT text := '^(\[retention, [0-9]{4}-[0-9]{2}-[0-9]{2}, R-[0-9]{1,9}\]|[A-ZÅÄÖ]{0,8}[ -]?[0-9][0-9:/-]{0,24})$';
BEGIN
    IF new_title <> '' AND new_title !~ mark OR removed !~ mark
            OR NOT fields <@ ARRAY['note', 'reason', 'person', 'answer', 'parameters'] THEN
        RAISE EXCEPTION 'the audit log takes no such text in place of what is removed';
    END IF;
    PERFORM pg_advisory_xact_lock(1096107092);
    WITH changed AS (
        UPDATE public.audit_entry SET
            title = coalesce(new_title, title),
            change = CASE WHEN removed IS NULL THEN change - fields ELSE jsonb_build_object('removed', removed) END
        WHERE id = ANY(entries) AND action !~ '^(audit|role|setting|backup|auth_key|second_factor)\.' AND (
            title <> coalesce(new_title, title)
            OR change <> CASE WHEN removed IS NULL THEN change - fields ELSE jsonb_build_object('removed', removed) END)
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
REVOKE EXECUTE ON FUNCTION audit_redact(bigint[], text, text, text[]) FROM PUBLIC;
"""

# The chain only grows at its end, and by entries that exist.
APPEND = """
CREATE FUNCTION audit_link_appended() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lowest bigint;
    highest bigint;
    added bigint;
BEGIN
    SELECT min(position), max(position), count(*) INTO lowest, highest, added FROM appended;
    IF added > 0 AND (highest - lowest + 1 <> added
            OR lowest <> coalesce((SELECT max(position) FROM public.audit_link WHERE position < lowest), 0) + 1
            OR highest < (SELECT max(position) FROM public.audit_link)
            OR EXISTS (SELECT FROM appended a WHERE NOT EXISTS (
                SELECT FROM public.audit_entry e WHERE e.id = a.entry_id))) THEN
        RAISE EXCEPTION 'the chain of the audit log only grows at its end';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_link_appended AFTER INSERT ON audit_link REFERENCING NEW TABLE AS appended
FOR EACH STATEMENT EXECUTE FUNCTION audit_link_appended();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0003_search_path'),
    ]

    operations = [
        migrations.RunSQL(REDACT, migrations.RunSQL.noop),
        migrations.RunSQL(APPEND),
    ]
