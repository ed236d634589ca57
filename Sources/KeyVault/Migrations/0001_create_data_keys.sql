-- Data keys of KeyVault, in the schema of each service that seals values. Every key is stored wrapped: a tenant's by a
-- key-encryption key, a person's by the tenant's (docs/decisions/0002-key-committing-envelope.md).

CREATE TABLE tenant_key (
    tenant text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('data', 'person', 'index')),
    version integer NOT NULL CHECK (version > 0),
    kek_id text NOT NULL,
    wrapped bytea NOT NULL CHECK (octet_length(wrapped) BETWEEN 32 AND 4096),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, purpose, version)
);

-- A person's key, or the mark that it was destroyed. The foreign key makes a rotation wait for keys that are just being
-- added, and keeps keys from being added under a tenant key that is gone.
CREATE TABLE person_key (
    tenant text NOT NULL,
    person uuid NOT NULL,
    purpose text NOT NULL DEFAULT 'person' CHECK (purpose = 'person'),
    wrapped_by integer,
    wrapped bytea CHECK (octet_length(wrapped) BETWEEN 32 AND 4096),
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz,
    PRIMARY KEY (tenant, person),
    FOREIGN KEY (tenant, purpose, wrapped_by) REFERENCES tenant_key (tenant, purpose, version),
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL)),
    CHECK ((wrapped IS NULL) = (wrapped_by IS NULL))
);

CREATE INDEX person_key_wrapped_by ON person_key (tenant, wrapped_by, person);

ALTER TABLE tenant_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_key FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON tenant_key
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

ALTER TABLE person_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_key FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON person_key
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

CREATE FUNCTION person_key_stays_erased() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'the key of an erased person stays destroyed';
END
$$;

CREATE TRIGGER person_key_stays_erased BEFORE UPDATE ON person_key
    FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION person_key_stays_erased();

DO $$
DECLARE
    service_role text := current_setting('bailiwick.service_role');
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE (kek_id, wrapped), DELETE ON tenant_key TO %I', service_role);
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE (wrapped_by, wrapped, erased_at) ON person_key TO %I', service_role);
END
$$;
