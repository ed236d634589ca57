-- Links by which somebody sets a new password. Only the token's hash is stored, and an account has one that is good.
CREATE TABLE password_reset (
    id          uuid PRIMARY KEY,
    account     uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    token_hash  bytea NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    -- Set once: by the reset, or by a newer link that voids this one.
    consumed_at timestamptz
);
CREATE UNIQUE INDEX password_reset_open ON password_reset (account) WHERE consumed_at IS NULL;
CREATE INDEX password_reset_expiry ON password_reset (expires_at);
COMMENT ON TABLE password_reset IS 'global: a password belongs to an account';

-- The words are those of the service; a new one needs no new schema.
ALTER TABLE session DROP CONSTRAINT session_ended_because_check;
ALTER TABLE session ADD CONSTRAINT session_ended_because_check CHECK (ended_because ~ '^[a-z][a-z-]{1,39}$');

GRANT SELECT, INSERT, UPDATE, DELETE ON password_reset TO bailiwick_auth;
