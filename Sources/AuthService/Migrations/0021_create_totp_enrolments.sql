-- A new authenticator app that has not proved itself yet: of one session, for half an hour.
CREATE TABLE totp_enrolment (
    id          uuid PRIMARY KEY,
    token_hash  bytea NOT NULL UNIQUE,
    account     uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    session     uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    -- Sealed under the account's own key.
    secret      bytea NOT NULL,
    attempts    integer NOT NULL DEFAULT 0,
    expires_at  timestamptz NOT NULL,
    consumed_at timestamptz
);
CREATE INDEX totp_enrolment_expiry ON totp_enrolment (expires_at);
COMMENT ON TABLE totp_enrolment IS 'global: a factor belongs to an account';

GRANT SELECT, INSERT, UPDATE, DELETE ON totp_enrolment TO bailiwick_auth;
