-- Employees. Columns of type bytea hold values sealed by KeyVault under the person's own key; the person is the
-- employee's id. Equality of a sealed value goes through its keyed index (`*_index`), never through the value.
CREATE TABLE employee (
    tenant            text        NOT NULL,
    id                uuid        NOT NULL,
    version           bigint      NOT NULL DEFAULT 1,
    employee_number   text COLLATE "C" NOT NULL,
    given_name        text        NOT NULL,
    family_name       text        NOT NULL,
    preferred_name    text,
    -- family and given name folded: people look for Ångström under A
    name_key          text COLLATE "C" NOT NULL,
    job_title         text,
    department_id     uuid,
    country           text COLLATE "C",
    grade             text COLLATE "C",
    employment_type   text COLLATE "C",
    hired_on          date        NOT NULL,
    -- the day from which the person is no longer employed
    terminated_on     date,
    member_id         uuid,
    email             bytea,
    email_index       bytea,
    phone             bytea,
    birth_date        bytea,
    gender            bytea,
    nationality       bytea,
    national_id       bytea,
    national_id_index bytea,
    bank_iban         bytea,
    salary            bytea,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (tenant, id),
    CONSTRAINT employee_number_unique UNIQUE (tenant, employee_number),
    CONSTRAINT employee_member_unique UNIQUE (tenant, member_id),
    CONSTRAINT employee_department_exists FOREIGN KEY (tenant, department_id) REFERENCES department (tenant, id),
    CONSTRAINT employee_leaves_after_joining CHECK (terminated_on >= hired_on),
    CONSTRAINT employee_email_indexed CHECK ((email IS NULL) = (email_index IS NULL)),
    CONSTRAINT employee_national_id_indexed CHECK ((national_id IS NULL) = (national_id_index IS NULL))
);

CREATE INDEX employee_by_name ON employee (tenant, name_key, id);
CREATE INDEX employee_by_department ON employee (tenant, department_id, id);
CREATE INDEX employee_by_email ON employee (tenant, email_index) WHERE email_index IS NOT NULL;
CREATE INDEX employee_by_national_id ON employee (tenant, national_id_index) WHERE national_id_index IS NOT NULL;

ALTER TABLE employee ENABLE ROW LEVEL SECURITY;
ALTER TABLE employee FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON employee
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

GRANT SELECT, INSERT ON employee TO bailiwick_hr;
GRANT UPDATE (
    version, employee_number, given_name, family_name, preferred_name, name_key, job_title, department_id, country,
    grade, employment_type, hired_on, terminated_on, member_id, email, email_index, phone, birth_date, gender,
    nationality, national_id, national_id_index, bank_iban, salary, updated_at
) ON employee TO bailiwick_hr;
