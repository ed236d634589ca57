-- What a browser's cookie stands for. Only the cookie's hash is here; it changes at every change of assurance, while the
-- row stays, so that what applications were given in this browser can be ended with it.
CREATE TABLE browser_session (
    id         uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    -- The sign-in that holds now.
    session    uuid NOT NULL UNIQUE REFERENCES session (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE browser_session IS 'global: a browser session belongs to an account';

GRANT SELECT, INSERT, UPDATE, DELETE ON browser_session TO bailiwick_auth;
