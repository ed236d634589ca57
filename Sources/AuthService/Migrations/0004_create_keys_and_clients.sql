-- The keys that sign access tokens. Their state follows from the times: `next` until activates_at, `current` until
-- retires_at, `retired` until removes_at; published in the JWKS all the while.
CREATE TABLE signing_key (
    id           uuid PRIMARY KEY,
    -- RFC 7638 thumbprint.
    kid          text NOT NULL UNIQUE,
    public_jwk   jsonb NOT NULL,
    -- DER, sealed under the tenant `system`.
    private_key  bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    activates_at timestamptz NOT NULL,
    retires_at   timestamptz,
    removes_at   timestamptz,
    CHECK (activates_at >= created_at AND retires_at >= activates_at AND removes_at >= retires_at),
    CHECK ((retires_at IS NULL) = (removes_at IS NULL))
);
COMMENT ON TABLE signing_key IS 'global: one issuer signs for every tenant';

-- Other programs that ask for tokens, each for one tenant.
CREATE TABLE client (
    id         uuid PRIMARY KEY,
    tenant     text NOT NULL,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    roles      text[] NOT NULL CHECK (cardinality(roles) BETWEEN 1 AND 16),
    jwks       jsonb NOT NULL,
    not_before timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z',
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz
);
COMMENT ON TABLE client IS 'global: a client names itself before its tenant is known';

-- Assertions that were accepted (RFC 7523 §3, jti): each once.
CREATE TABLE client_assertion (
    client     uuid NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    jti_hash   bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client, jti_hash)
);
CREATE INDEX client_assertion_expiry ON client_assertion (expires_at);
COMMENT ON TABLE client_assertion IS 'global: belongs to a client';

GRANT SELECT, INSERT, UPDATE, DELETE ON signing_key, client, client_assertion TO bailiwick_auth;
