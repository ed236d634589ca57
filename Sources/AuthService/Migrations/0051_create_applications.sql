-- Programs that people of one organisation sign in to (OpenID Connect relying parties, RFC 6749 §2). Beside `client`,
-- whose programs act for themselves.
CREATE TABLE application (
    id                        uuid PRIMARY KEY,
    tenant                    text NOT NULL,
    name                      text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    -- Compared byte by byte.
    redirect_uris             text[] NOT NULL CHECK (cardinality(redirect_uris) BETWEEN 1 AND 10),
    post_logout_redirect_uris text[] NOT NULL CHECK (cardinality(post_logout_redirect_uris) <= 10),
    scopes                    text[] NOT NULL CHECK (cardinality(scopes) BETWEEN 1 AND 16),
    authentication            text NOT NULL
        CHECK (authentication IN ('none', 'client_secret_basic', 'private_key_jwt')),
    -- Of 256 random bits.
    secret_hash               bytea,
    jwks                      jsonb,
    created_at                timestamptz NOT NULL,
    ended_at                  timestamptz,
    CHECK ((authentication = 'client_secret_basic') = (secret_hash IS NOT NULL)),
    CHECK ((authentication = 'private_key_jwt') = (jwks IS NOT NULL))
);
CREATE INDEX application_tenant ON application (tenant, id);
COMMENT ON TABLE application IS 'global: a client names itself before its tenant is known';

-- Assertions that were accepted (RFC 7523 §3, jti): each once.
CREATE TABLE application_assertion (
    application uuid NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    jti_hash    bytea NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (application, jti_hash)
);
CREATE INDEX application_assertion_expiry ON application_assertion (expires_at);
COMMENT ON TABLE application_assertion IS 'global: belongs to an application';

GRANT SELECT, INSERT, UPDATE ON application TO bailiwick_auth;
GRANT SELECT, INSERT, DELETE ON application_assertion TO bailiwick_auth;
