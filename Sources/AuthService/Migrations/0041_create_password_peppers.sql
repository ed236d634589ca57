-- Peppers after the first, which is derived from the vault's index key. A stored hash names its pepper: `$p2$2b$…`.
CREATE TABLE password_pepper (
    version    integer PRIMARY KEY CHECK (version BETWEEN 2 AND 999),
    id         uuid NOT NULL UNIQUE,
    -- Sealed under the tenant `system`.
    key        bytea NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE password_pepper IS 'global: passwords belong to accounts';

ALTER TABLE account DROP CONSTRAINT account_password_hash_check;
ALTER TABLE account ADD CONSTRAINT account_password_hash_check
    CHECK (password_hash ~ '^([$]p[1-9][0-9]{0,2})?[$]2b[$][0-9]{2}[$][./A-Za-z0-9]{53}$');

GRANT SELECT, INSERT ON password_pepper TO bailiwick_auth;
