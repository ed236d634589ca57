-- Answers to creates by `Idempotency-Key`, so that a repeated request gets the first one's answer. The answer is sealed
-- under the key of the person it is about, or the tenant's.
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

ALTER TABLE idempotent_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotent_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON idempotent_answer
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

GRANT SELECT, INSERT ON idempotent_answer TO bailiwick_hr;
