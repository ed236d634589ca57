-- Mails that wait to be sent. The whole message is sealed: its link signs in whoever follows it first.
CREATE TABLE mail (
    id              uuid PRIMARY KEY,
    message         bytea NOT NULL,
    attempts        integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    -- Afterwards its link is of no use, and it is not sent.
    expires_at      timestamptz NOT NULL,
    created_at      timestamptz NOT NULL
);
CREATE INDEX mail_due ON mail (next_attempt_at);
COMMENT ON TABLE mail IS 'global: mail goes to accounts, and one relay sends for all tenants';

GRANT SELECT, INSERT, UPDATE, DELETE ON mail TO bailiwick_auth;
