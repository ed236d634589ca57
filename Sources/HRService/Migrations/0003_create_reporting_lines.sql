-- Who reports to whom, dated. Chains are never stored: they are recursive queries as of an instant.
CREATE TABLE reporting_line (
    tenant      text        NOT NULL,
    employee_id uuid        NOT NULL,
    valid_from  timestamptz NOT NULL,
    -- up to, not including; null while the line lasts
    valid_until timestamptz,
    manager_id  uuid        NOT NULL,
    PRIMARY KEY (tenant, employee_id, valid_from),
    CONSTRAINT reporting_line_employee_exists FOREIGN KEY (tenant, employee_id) REFERENCES employee (tenant, id),
    CONSTRAINT reporting_line_manager_exists FOREIGN KEY (tenant, manager_id) REFERENCES employee (tenant, id),
    CONSTRAINT reporting_line_not_oneself CHECK (manager_id <> employee_id),
    CONSTRAINT reporting_line_forward CHECK (valid_until > valid_from)
);

-- one line at a time lasts
CREATE UNIQUE INDEX reporting_line_open ON reporting_line (tenant, employee_id) WHERE valid_until IS NULL;
CREATE INDEX reporting_line_by_manager ON reporting_line (tenant, manager_id, employee_id);

ALTER TABLE reporting_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE reporting_line FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON reporting_line
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

GRANT SELECT, INSERT ON reporting_line TO bailiwick_hr;
-- a line is ended, never rewritten
GRANT UPDATE (valid_until) ON reporting_line TO bailiwick_hr;
