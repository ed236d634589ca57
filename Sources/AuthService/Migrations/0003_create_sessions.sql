-- A password was right; the second factor is still missing.
CREATE TABLE sign_in_challenge (
    id           uuid PRIMARY KEY,
    token_hash   bytea NOT NULL UNIQUE,
    account      uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- The organisation that was named, or NULL while the account has one only, or has to choose.
    organisation text,
    attempts     integer NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    consumed_at  timestamptz
);
CREATE INDEX sign_in_challenge_expiry ON sign_in_challenge (expires_at);
COMMENT ON TABLE sign_in_challenge IS 'global: an account signs in before a tenant is chosen';

CREATE TABLE session (
    id               uuid PRIMARY KEY,
    account          uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- The one tenant that its tokens are for; to switch is to sign in anew.
    tenant           text NOT NULL,
    member           uuid NOT NULL,
    client_id        text NOT NULL,
    amr              text[] NOT NULL,
    authenticated_at timestamptz NOT NULL,
    last_used_at     timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    ended_at         timestamptz,
    ended_because    text CHECK (ended_because IN ('sign-out', 'refresh-reuse', 'membership-ended')),
    ip               text NOT NULL,
    device           text NOT NULL,
    browser          text NOT NULL,
    CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE INDEX session_member ON session (tenant, member) WHERE ended_at IS NULL;
CREATE INDEX session_account ON session (account) WHERE ended_at IS NULL;
COMMENT ON TABLE session IS 'global: a session belongs to an account';

-- Rotated at each use; all tokens of one sign-in are a family, which is the session.
CREATE TABLE refresh_token (
    tenant      text NOT NULL,
    id          uuid NOT NULL,
    session     uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    token_hash  bytea NOT NULL,
    parent      uuid,
    issued_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, token_hash),
    UNIQUE (tenant, parent)
);
CREATE INDEX refresh_token_session ON refresh_token (tenant, session);
CREATE INDEX refresh_token_expiry ON refresh_token (tenant, expires_at);
ALTER TABLE refresh_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_token FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON refresh_token
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

-- A generic cell rate limiter a row: when the next request would be on time.
CREATE TABLE rate_limit (
    kind                text NOT NULL,
    key                 bytea NOT NULL,
    theoretical_arrival timestamptz NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX rate_limit_expiry ON rate_limit (theoretical_arrival);
COMMENT ON TABLE rate_limit IS 'global: counts sign-ins by account and by address before a tenant is known';

GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_challenge, session, refresh_token, rate_limit TO bailiwick_auth;
