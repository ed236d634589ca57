-- The folded words of what may be searched, one row a word. Collation C and the operators `=` and `starts_with`
-- let the primary key serve under row-level security: both are leakproof, LIKE is not.
CREATE TABLE employee_word (
    tenant      text NOT NULL,
    word        text COLLATE "C" NOT NULL,
    field       text COLLATE "C" NOT NULL,
    employee_id uuid NOT NULL,
    PRIMARY KEY (tenant, word, field, employee_id),
    CONSTRAINT employee_word_employee_exists FOREIGN KEY (tenant, employee_id) REFERENCES employee (tenant, id)
);

CREATE INDEX employee_word_by_employee ON employee_word (tenant, employee_id);

ALTER TABLE employee_word ENABLE ROW LEVEL SECURITY;
ALTER TABLE employee_word FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON employee_word
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

GRANT SELECT, INSERT, DELETE ON employee_word TO bailiwick_hr;
