-- The append-only log: bodies, leaves, checkpoints. Service roles insert and read; nobody updates, deletes or
-- truncates. Three of the means are here (grants, row-level security, triggers); the fourth is the hash tree.

-- What happened. `commitment` is SHA-256("bailiwick/event/v1" ‖ salt ‖ body); `body` is the event in RFC 8785 form.
-- The columns beside it are copies out of the body for searching; `bailiwick audit verify` compares them with it.
-- Partitioned by the month in the UUIDv7 id, so that a month's bodies can leave together at the end of retention.
CREATE TABLE event_body (
    tenant text NOT NULL,
    id uuid NOT NULL,
    origin text NOT NULL,
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    body text NOT NULL CHECK (octet_length(body) <= 65536),
    time timestamptz NOT NULL,
    actor_id text NOT NULL,
    action text NOT NULL,
    resource_type text NOT NULL,
    resource_id text NOT NULL,
    outcome text NOT NULL,
    request_id text NOT NULL,
    stored timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, id)
) PARTITION BY RANGE (id);

CREATE INDEX event_body_by_time ON event_body (tenant, time, id);
CREATE INDEX event_body_by_actor ON event_body (tenant, actor_id, time, id);
CREATE INDEX event_body_by_action ON event_body (tenant, action, time, id);
CREATE INDEX event_body_by_resource ON event_body (tenant, resource_type, resource_id, time, id);

-- Where it stands in the tenant's tree: dense numbers from 0, and the commitment that the tree hashes.
CREATE TABLE leaf (
    tenant text NOT NULL,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    event_id uuid NOT NULL,
    commitment bytea NOT NULL CHECK (octet_length(commitment) = 32),
    PRIMARY KEY (tenant, sequence),
    UNIQUE (tenant, event_id)
);

-- Signed tree heads (C2SP signed note).
CREATE TABLE checkpoint (
    tenant text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    note text NOT NULL CHECK (octet_length(note) <= 4096),
    stored timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, size)
);

-- Roots of perfect subtrees of the signed tree, from 16 leaves upwards: one row for every eight leaves. What a proof
-- needs below that is hashed again from at most 16 leaves. Derived: `bailiwick audit verify` computes them anew.
CREATE TABLE node (
    tenant text NOT NULL,
    level smallint NOT NULL CHECK (level >= 4 AND level < 63),
    place bigint NOT NULL CHECK (place >= 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (tenant, level, place)
);

ALTER TABLE event_body ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_body FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON event_body
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

ALTER TABLE leaf ENABLE ROW LEVEL SECURITY;
ALTER TABLE leaf FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON leaf
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

ALTER TABLE checkpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE checkpoint FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON checkpoint
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

ALTER TABLE node ENABLE ROW LEVEL SECURITY;
ALTER TABLE node FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON node
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

-- Refuses a change by whoever has the privilege to try one: the owner and superusers too, in replica sessions too.
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    RAISE EXCEPTION '% of % is refused: the audit log is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$body$;

DO $triggers$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['event_body', 'leaf', 'checkpoint', 'node'] LOOP
        EXECUTE format(
            'CREATE TRIGGER refuse_row_change BEFORE UPDATE OR DELETE ON %I
             FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format(
            'CREATE TRIGGER refuse_statement BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
             FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER refuse_row_change', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER refuse_statement', name);
    END LOOP;
END
$triggers$;

-- The smallest UUIDv7 of a month: its first 48 bits are the month's first millisecond.
CREATE FUNCTION first_id_of(month timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
RETURN (lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid;

-- Makes the partitions that ids accepted now can fall into: from 31 days ago (ingest refuses older ids) to two months
-- ahead. The service calls it at its start and every few hours; it is the owner's, and takes no argument, so that the
-- service can make nothing else. Each partition carries the walls of its parent, for whoever reaches it directly.
CREATE FUNCTION make_event_partitions() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    month timestamptz := date_trunc('month', now() AT TIME ZONE 'UTC' - interval '31 days') AT TIME ZONE 'UTC';
    next_month timestamptz;
    partition text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('bailiwick audit partitions', 0));
    WHILE month <= now() + interval '2 months' LOOP
        next_month := ((month AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
        partition := 'event_body_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass(format('%I.%I', 'audit', partition)) IS NULL THEN
            EXECUTE format('CREATE TABLE audit.%I (LIKE audit.event_body INCLUDING ALL)', partition);
            EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY', partition);
            EXECUTE format('ALTER TABLE audit.%I FORCE ROW LEVEL SECURITY', partition);
            EXECUTE format(
                'CREATE POLICY tenant_isolation ON audit.%I
                 USING (tenant = (SELECT nullif(current_setting(''bailiwick.tenant'', true), '''')))
                 WITH CHECK (tenant = (SELECT nullif(current_setting(''bailiwick.tenant'', true), '''')))', partition);
            EXECUTE format(
                'CREATE TRIGGER refuse_statement BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.%I
                 FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', partition);
            EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER refuse_statement', partition);
            EXECUTE format(
                'ALTER TABLE audit.event_body ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)',
                partition, audit.first_id_of(month), audit.first_id_of(next_month));
            EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER refuse_row_change', partition);
            made := made + 1;
        END IF;
        month := next_month;
    END LOOP;
    RETURN made;
END
$body$;

SELECT make_event_partitions();

-- Which tenants have a log, and how far it is signed. The names and sizes only: rows stay behind their tenant's policy.
-- The owner, whom the forced policies would stop too, may read for it.
CREATE POLICY owner_lists_logs ON leaf FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_lists_logs ON checkpoint FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION log_heads(after_tenant text, most integer)
RETURNS TABLE (tenant text, leaves bigint, signed bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH RECURSIVE log (tenant) AS (
        SELECT least(
            (SELECT l.tenant FROM leaf l WHERE l.tenant > after_tenant ORDER BY l.tenant LIMIT 1),
            (SELECT c.tenant FROM checkpoint c WHERE c.tenant > after_tenant ORDER BY c.tenant LIMIT 1))
        UNION ALL
        SELECT least(
            (SELECT l.tenant FROM leaf l WHERE l.tenant > p.tenant ORDER BY l.tenant LIMIT 1),
            (SELECT c.tenant FROM checkpoint c WHERE c.tenant > p.tenant ORDER BY c.tenant LIMIT 1))
        FROM log p
        WHERE p.tenant IS NOT NULL
    )
    SELECT
        p.tenant,
        coalesce((SELECT l.sequence + 1 FROM leaf l WHERE l.tenant = p.tenant ORDER BY l.sequence DESC LIMIT 1), 0),
        coalesce((SELECT c.size FROM checkpoint c WHERE c.tenant = p.tenant ORDER BY c.size DESC LIMIT 1), 0)
    FROM log p
    WHERE p.tenant IS NOT NULL
    LIMIT most;
END;

REVOKE ALL ON FUNCTION refuse_change(), make_event_partitions(), log_heads(text, integer), first_id_of(timestamptz)
    FROM PUBLIC;

-- By column: `stored` is the database's own statement and cannot be given. SELECT too, because ON CONFLICT and the
-- queries read; UPDATE, DELETE, TRUNCATE, REFERENCES and TRIGGER are granted to nobody.
GRANT SELECT ON event_body, leaf, checkpoint, node TO bailiwick_audit;
GRANT INSERT (
    tenant, id, origin, salt, body, time, actor_id, action, resource_type, resource_id, outcome, request_id
) ON event_body TO bailiwick_audit;
GRANT INSERT (tenant, sequence, event_id, commitment) ON leaf TO bailiwick_audit;
GRANT INSERT (tenant, size, root, note) ON checkpoint TO bailiwick_audit;
GRANT INSERT (tenant, level, place, hash) ON node TO bailiwick_audit;
GRANT EXECUTE ON FUNCTION make_event_partitions(), log_heads(text, integer) TO bailiwick_audit;
