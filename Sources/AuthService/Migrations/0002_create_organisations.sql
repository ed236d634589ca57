CREATE TABLE organisation (
    id         uuid PRIMARY KEY,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE organisation IS 'global: the register of tenants, read before a tenant is known';

-- A member joins an account to an organisation. Until an invitation is confirmed there is no account.
CREATE TABLE member (
    tenant      text NOT NULL,
    id          uuid NOT NULL,
    account     uuid REFERENCES account (id),
    -- The address to which the organisation sent its invitation: sealed under the member's own key of this tenant.
    email       bytea NOT NULL,
    email_index bytea NOT NULL,
    roles       text[] NOT NULL CHECK (cardinality(roles) BETWEEN 1 AND 16),
    employee_id uuid,
    status      text NOT NULL CHECK (status IN ('invited', 'active', 'ended')),
    -- No token issued before this is valid, and no later token carries an earlier `iat`.
    not_before  timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z',
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, account),
    UNIQUE (tenant, employee_id),
    UNIQUE (tenant, email_index),
    CHECK (status <> 'active' OR account IS NOT NULL)
);
ALTER TABLE member ENABLE ROW LEVEL SECURITY;
ALTER TABLE member FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON member
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

CREATE TABLE invitation (
    tenant      text NOT NULL,
    id          uuid NOT NULL,
    member      uuid NOT NULL,
    token_hash  bytea NOT NULL,
    -- Who invited: a member, or NULL for the operator.
    invited_by  uuid,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    attempts    integer NOT NULL DEFAULT 0,
    -- Set once: by the acceptance, or by a newer invitation that voids this one.
    consumed_at timestamptz,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, token_hash),
    FOREIGN KEY (tenant, member) REFERENCES member (tenant, id) ON DELETE CASCADE
);
CREATE INDEX invitation_member ON invitation (tenant, member);
ALTER TABLE invitation ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitation FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON invitation
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

-- What stands between an accepted invitation and a member: the factor has to prove itself first.
CREATE TABLE enrolment (
    tenant        text NOT NULL,
    id            uuid NOT NULL,
    member        uuid NOT NULL,
    -- The account that joins, or that will be made.
    account       uuid NOT NULL,
    is_new        boolean NOT NULL,
    token_hash    bytea NOT NULL,
    -- Of a new account alone; an existing one keeps its own.
    password_hash text,
    secret        bytea,
    attempts      integer NOT NULL DEFAULT 0,
    expires_at    timestamptz NOT NULL,
    consumed_at   timestamptz,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, token_hash),
    FOREIGN KEY (tenant, member) REFERENCES member (tenant, id) ON DELETE CASCADE,
    CHECK (is_new = (password_hash IS NOT NULL) AND is_new = (secret IS NOT NULL))
);
ALTER TABLE enrolment ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrolment FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON enrolment
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

-- Commands of other services that were carried out: a second delivery changes nothing.
CREATE TABLE handled_command (
    tenant     text NOT NULL,
    id         uuid NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id)
);
ALTER TABLE handled_command ENABLE ROW LEVEL SECURITY;
ALTER TABLE handled_command FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON handled_command
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

-- UPDATE on organisation is for row locks (SELECT … FOR UPDATE): its row orders the role changes of a tenant.
GRANT SELECT, INSERT, UPDATE ON organisation, member TO bailiwick_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON invitation, enrolment TO bailiwick_auth;
GRANT SELECT, INSERT ON handled_command TO bailiwick_auth;
