-- The transactional outbox of a writing service, run once into each service's schema.
-- A row is written in the transaction of the business change and deleted after the receiver acknowledged it.

CREATE TABLE outbox (
    tenant text NOT NULL,
    topic text NOT NULL CHECK (topic ~ '^[a-z][a-z.-]{0,63}$'),
    id uuid NOT NULL,
    payload text NOT NULL CHECK (octet_length(payload) <= 131072),
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, topic, id)
);

-- Messages that the receiver understood and will never take. Kept until an operator has looked at them.
CREATE TABLE outbox_refused (
    tenant text NOT NULL,
    topic text NOT NULL,
    id uuid NOT NULL,
    payload text NOT NULL,
    reason text NOT NULL,
    refused timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, topic, id)
);

-- Every row lives for less than a second, so the table is nearly empty and nearly all dead: vacuum by count, not share.
ALTER TABLE outbox SET (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_cost_delay = 0
);

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON outbox
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

ALTER TABLE outbox_refused ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox_refused FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON outbox_refused
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

-- The relay must learn which tenants have something waiting without reading any tenant's rows. The function below runs
-- as the owner of the schema and gives away (tenant, topic) pairs only; this policy lets the owner, whom the forced
-- policy would stop too, read for it.
CREATE POLICY owner_lists_pending ON outbox FOR SELECT TO CURRENT_USER USING (true);

-- A loose index scan: the cost follows the number of pairs, not the number of rows.
CREATE FUNCTION outbox_pending(after_tenant text, after_topic text, most integer)
RETURNS TABLE (tenant text, topic text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH RECURSIVE pair (tenant, topic) AS (
        (
            SELECT o.tenant, o.topic FROM outbox o
            WHERE (o.tenant, o.topic) > (after_tenant, after_topic)
            ORDER BY o.tenant, o.topic LIMIT 1
        )
        UNION ALL
        SELECT n.tenant, n.topic
        FROM pair p
        CROSS JOIN LATERAL (
            SELECT o.tenant, o.topic FROM outbox o
            WHERE (o.tenant, o.topic) > (p.tenant, p.topic)
            ORDER BY o.tenant, o.topic LIMIT 1
        ) n
    )
    SELECT p.tenant, p.topic FROM pair p LIMIT most;
END;

REVOKE ALL ON FUNCTION outbox_pending(text, text, integer) FROM PUBLIC;

DO $grants$
DECLARE
    service_role text := current_setting('bailiwick.service_role');
BEGIN
    EXECUTE format('GRANT SELECT, DELETE, INSERT (tenant, topic, id, payload) ON outbox TO %I', service_role);
    EXECUTE format('GRANT SELECT, INSERT (tenant, topic, id, payload, reason) ON outbox_refused TO %I', service_role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION outbox_pending(text, text, integer) TO %I', service_role);
END
$grants$;
