-- A change of assurance gives a session new tokens: refresh tokens of an earlier generation are void.
ALTER TABLE session ADD COLUMN generation bigint NOT NULL DEFAULT 0;
ALTER TABLE refresh_token ADD COLUMN generation bigint NOT NULL DEFAULT 0;
