-- WebAuthn credentials. The public key is no secret; the name is what its owner calls the device.
CREATE TABLE passkey (
    id              uuid PRIMARY KEY,
    account         uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- Unique among all accounts (WebAuthn L2 §7.1 step 22).
    credential_id   bytea NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 1 AND 1023),
    -- COSE_Key as the authenticator wrote it.
    public_key      bytea NOT NULL,
    sign_count      bigint NOT NULL,
    aaguid          bytea NOT NULL CHECK (length(aaguid) = 16),
    attestation     text NOT NULL CHECK (attestation IN ('none', 'self', 'certified')),
    backup_eligible boolean NOT NULL,
    backed_up       boolean NOT NULL,
    transports      text[] NOT NULL,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    created_at      timestamptz NOT NULL,
    last_used_at    timestamptz
);
CREATE INDEX passkey_account ON passkey (account);
COMMENT ON TABLE passkey IS 'global: a factor belongs to an account';

-- What a browser has to sign: good once, for five minutes, and for a registration in one session only. The challenge
-- itself is no secret.
CREATE TABLE passkey_challenge (
    id           uuid PRIMARY KEY,
    token_hash   bytea NOT NULL UNIQUE,
    challenge    bytea NOT NULL CHECK (length(challenge) = 32),
    -- The session that registers; NULL for a sign-in, where nobody is known yet.
    session      uuid REFERENCES session (id) ON DELETE CASCADE,
    -- The organisation that a sign-in named.
    organisation text,
    expires_at   timestamptz NOT NULL,
    consumed_at  timestamptz
);
CREATE INDEX passkey_challenge_expiry ON passkey_challenge (expires_at);
COMMENT ON TABLE passkey_challenge IS 'global: an account signs in before a tenant is chosen';

-- Ten codes on paper, for the day the phone is lost. Only a keyed digest is here.
CREATE TABLE recovery_code (
    account uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    digest  bytea NOT NULL,
    -- Set once.
    used_at timestamptz,
    PRIMARY KEY (account, digest)
);
COMMENT ON TABLE recovery_code IS 'global: a factor belongs to an account';

GRANT SELECT, INSERT, UPDATE, DELETE ON passkey, passkey_challenge, recovery_code TO bailiwick_auth;
