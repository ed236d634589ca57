-- Tries of a secret that slow down: how many, and when the next one is let through.
CREATE TABLE attempt_count (
    kind         text NOT NULL,
    key          bytea NOT NULL,
    attempts     integer NOT NULL CHECK (attempts > 0),
    next_at      timestamptz NOT NULL,
    -- After so much quiet it counts for nothing.
    forgotten_at timestamptz NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX attempt_count_expiry ON attempt_count (forgotten_at);
COMMENT ON TABLE attempt_count IS 'global: counts tries by account and by device before a tenant is known';

-- Devices on which somebody signed in to the account all the way. They have counters of their own, so that a stranger
-- who guesses locks no member out.
CREATE TABLE known_device (
    id           uuid PRIMARY KEY,
    account      uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    token_hash   bytea NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX known_device_account ON known_device (account, last_used_at);
CREATE INDEX known_device_expiry ON known_device (expires_at);
COMMENT ON TABLE known_device IS 'global: a device belongs to an account';

GRANT SELECT, INSERT, UPDATE, DELETE ON attempt_count, known_device TO bailiwick_auth;
