-- Notes that a key was used, and from where. A row that somebody else holds is skipped: nobody waits for this.
WITH used AS (
    SELECT id, user_id FROM auth_key WHERE id = %(key)s FOR UPDATE SKIP LOCKED
), holder AS (
    UPDATE account SET last_api_access = now()
    WHERE id IN (SELECT a.id FROM account a JOIN used ON used.user_id = a.id FOR UPDATE OF a SKIP LOCKED)
)
UPDATE auth_key k
SET last_used = %(now)s,
    unique_ips = CASE
        WHEN %(address)s::text IS NULL OR %(address)s::text = ANY(k.unique_ips) THEN k.unique_ips
        ELSE (%(address)s::text || k.unique_ips)[1:100]
    END
FROM used
WHERE k.id = used.id
