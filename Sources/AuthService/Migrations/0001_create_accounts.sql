-- Accounts own e-mail, password and factors. They are global: one person may be a member of several organisations.
-- Global tables carry a comment that begins with `global:`; every other table is a tenant table.

CREATE TABLE account (
    id              uuid PRIMARY KEY,
    -- Sealed under the tenant `system` and the account's own key; the index is keyed, for equality alone.
    email           bytea NOT NULL,
    email_index     bytea NOT NULL UNIQUE,
    -- bcrypt, `$2b$`. NULL: nobody signs in with a password.
    password_hash   text CHECK (password_hash LIKE '$2b$%' AND length(password_hash) = 60),
    failed_attempts integer NOT NULL DEFAULT 0,
    locked_until    timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE account IS 'global: an account belongs to a person, not to an organisation';

CREATE TABLE totp (
    account      uuid PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    secret       bytea NOT NULL,
    -- The last time step whose code was used; raised by compare-and-set, so that each step is used once.
    last_step    bigint NOT NULL,
    confirmed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE totp IS 'global: a factor belongs to an account';

-- Which organisations an account may sign in to: asked before any tenant is known.
CREATE TABLE membership (
    account uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    tenant  text NOT NULL,
    member  uuid NOT NULL,
    PRIMARY KEY (account, tenant)
);
COMMENT ON TABLE membership IS 'global: sign-in asks it before a tenant is known; the tenant table is member';

GRANT SELECT, INSERT, UPDATE, DELETE ON account, totp, membership TO bailiwick_auth;
