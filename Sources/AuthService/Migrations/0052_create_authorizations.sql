-- A request for authorization that somebody is answering, or that a client pushed (RFC 9126) and will name.
CREATE TABLE authorization_request (
    tenant      text NOT NULL,
    id          uuid NOT NULL,
    application uuid NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    token_hash  bytea NOT NULL,
    is_pushed   boolean NOT NULL,
    -- As judged when it came in.
    parameters  jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    -- Set once.
    finished_at timestamptz,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, token_hash)
);
CREATE INDEX authorization_request_expiry ON authorization_request (tenant, expires_at);

-- Which application may have what of a member.
CREATE TABLE application_consent (
    tenant      text NOT NULL,
    member      uuid NOT NULL,
    application uuid NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    scopes      text[] NOT NULL,
    granted_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, member, application),
    FOREIGN KEY (tenant, member) REFERENCES member (tenant, id) ON DELETE CASCADE
);

CREATE TABLE authorization_code (
    tenant         text NOT NULL,
    id             uuid NOT NULL,
    code_hash      bytea NOT NULL,
    application    uuid NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    -- Of whoever agreed: the code is good as long as that sign-in is.
    browser        uuid NOT NULL REFERENCES browser_session (id) ON DELETE CASCADE,
    session        uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    redirect_uri   text NOT NULL,
    scopes         text[] NOT NULL,
    nonce          text,
    -- RFC 7636 §4.2, S256.
    code_challenge text NOT NULL CHECK (length(code_challenge) = 43),
    expires_at     timestamptz NOT NULL,
    -- Set by the first try, whatever comes of it.
    redeemed_at    timestamptz,
    -- What that try was given; ended when the code is shown again.
    issued_session uuid,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, code_hash)
);
CREATE INDEX authorization_code_expiry ON authorization_code (tenant, expires_at);

-- What an application's session stands on. The reference is checked at the end of the transaction that opens it.
CREATE TABLE application_session (
    tenant      text NOT NULL,
    session     uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    application uuid NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    browser     uuid REFERENCES browser_session (id) ON DELETE SET NULL,
    scopes      text[] NOT NULL,
    PRIMARY KEY (tenant, session)
);
CREATE INDEX application_session_browser ON application_session (tenant, browser);
CREATE INDEX application_session_application ON application_session (tenant, application);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['authorization_request', 'application_consent', 'authorization_code',
                                'application_session'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant_isolation ON %I
                 USING (tenant = (SELECT nullif(current_setting(''bailiwick.tenant'', true), '''')))
                 WITH CHECK (tenant = (SELECT nullif(current_setting(''bailiwick.tenant'', true), '''')))', name);
    END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON authorization_request, application_consent, authorization_code,
    application_session TO bailiwick_auth;
