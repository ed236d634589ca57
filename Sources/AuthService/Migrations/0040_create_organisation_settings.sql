-- What an organisation demands of sign-ins. Each change is a version that stays: rows are added, never changed or removed.
CREATE TABLE organisation_settings (
    tenant     text NOT NULL,
    version    bigint NOT NULL CHECK (version > 0),
    settings   jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    -- The member who changed them.
    changed_by uuid NOT NULL,
    PRIMARY KEY (tenant, version)
);
ALTER TABLE organisation_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisation_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON organisation_settings
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

-- Where a member last signed in, ended sessions included: for the simulation of address ranges.
CREATE INDEX session_latest ON session (tenant, member, authenticated_at);

GRANT SELECT, INSERT ON organisation_settings TO bailiwick_auth;
