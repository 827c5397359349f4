-- The hub's two roles and its database, once, on the primary:
--   psql "host=10.20.0.21 port=5000 user=postgres" -v owner="'…'" -v hub="'…'" -f roles.sql
-- The owner's password is needed for `vardkase migrate` alone; the third role, `postgres`, is Patroni's.
CREATE ROLE vardkase_owner LOGIN PASSWORD :owner;
CREATE ROLE vardkase_hub LOGIN PASSWORD :hub IN ROLE pg_monitor;
CREATE DATABASE vardkase OWNER vardkase_owner;
REVOKE ALL ON DATABASE vardkase FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE vardkase TO vardkase_hub;
