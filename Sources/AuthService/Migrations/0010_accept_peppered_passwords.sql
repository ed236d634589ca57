-- `$2b$…`: bcrypt of the password. `$p1$2b$…`: bcrypt of HMAC-SHA-384 of the password under a key of the vault, in
-- base64. Both kinds live side by side after the pepper was switched on.
ALTER TABLE account DROP CONSTRAINT account_password_hash_check;
ALTER TABLE account ADD CONSTRAINT account_password_hash_check
    CHECK (password_hash ~ '^([$]p1)?[$]2b[$][0-9]{2}[$][./A-Za-z0-9]{53}$');
