-- Answers to creates by `Idempotency-Key`, so that a repeated request gets the first one's answer. The answer is sealed
-- under the key of the person it is about, or the tenant's, and goes after a day.
CREATE TABLE idempotent_answer (
    tenant      text        NOT NULL,
    subject     uuid        NOT NULL,
    key         text        NOT NULL,
    id          uuid        NOT NULL,
    -- SHA-256 of method, path and body
    digest      bytea       NOT NULL,
    answer      bytea       NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, subject, key)
);
CREATE INDEX idempotent_answer_by_age ON idempotent_answer (tenant, created_at);

ALTER TABLE idempotent_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotent_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON idempotent_answer
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

-- Whoever deletes must learn which tenants have something to delete without reading any tenant's rows. The function runs
-- as the owner of the schema and gives away tenants only; this policy lets the owner, whom the forced policy would stop
-- too, read for it.
CREATE POLICY owner_lists_expired ON idempotent_answer FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION expired_answer_tenants(oldest timestamptz, after_tenant text, most integer)
RETURNS TABLE (tenant text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT DISTINCT a.tenant FROM idempotent_answer a
    WHERE a.tenant > after_tenant AND a.created_at <= oldest
    ORDER BY a.tenant LIMIT most;
END;
REVOKE ALL ON FUNCTION expired_answer_tenants(timestamptz, text, integer) FROM PUBLIC;

GRANT SELECT, INSERT, DELETE ON idempotent_answer TO bailiwick_auth;
GRANT EXECUTE ON FUNCTION expired_answer_tenants(timestamptz, text, integer) TO bailiwick_auth;
