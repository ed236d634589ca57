-- Departments of an organisation. A department is found by its name, so the name is unique in its tenant.
CREATE TABLE department (
    tenant     text        NOT NULL,
    id         uuid        NOT NULL,
    version    bigint      NOT NULL DEFAULT 1,
    name       text        NOT NULL,
    -- the name folded for comparison and order: `Sales` and `sales` are one department
    name_key   text COLLATE "C" NOT NULL,
    -- the short form that books and cost centres use
    code       text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, id),
    CONSTRAINT department_name_unique UNIQUE (tenant, name_key)
);

ALTER TABLE department ENABLE ROW LEVEL SECURITY;
ALTER TABLE department FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON department
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

GRANT SELECT, INSERT ON department TO bailiwick_hr;
GRANT UPDATE (version, name, name_key, code, updated_at) ON department TO bailiwick_hr;
