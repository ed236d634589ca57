-- Answers go after a day.
CREATE INDEX idempotent_answer_by_age ON idempotent_answer (tenant, created_at);

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

GRANT DELETE ON idempotent_answer TO bailiwick_hr;
GRANT EXECUTE ON FUNCTION expired_answer_tenants(timestamptz, text, integer) TO bailiwick_hr;
