-- What every service has to know within a second: tokens of a member or a session issued before `not_before` are void.
-- Written in the transaction of the change that voids them, removed when no token that old can be alive.
CREATE SEQUENCE revocation_position;

CREATE TABLE revocation (
    position   bigint PRIMARY KEY,
    tenant     text NOT NULL,
    member     uuid,
    session    uuid,
    not_before timestamptz NOT NULL,
    raised_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((member IS NULL) <> (session IS NULL))
);
CREATE INDEX revocation_member ON revocation (tenant, member) WHERE member IS NOT NULL;
CREATE INDEX revocation_session ON revocation (session) WHERE session IS NOT NULL;
CREATE INDEX revocation_age ON revocation (raised_at);
COMMENT ON TABLE revocation IS 'global: one feed for every service and tenant';

-- Numbers a row only once every earlier number has committed or rolled back: the lock is held until the transaction
-- ends, and PostgreSQL makes a commit visible before it releases locks. So positions are in commit order, and a reader
-- that asks for what follows the last one it saw can never skip a late commit. (Waiting for the xmin horizon would do
-- too, but any long write elsewhere in the cluster, an import say, would then hold every revocation back.)
CREATE FUNCTION number_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(TG_TABLE_SCHEMA || '.revocation', 0));
    NEW.position := nextval('revocation_position');
    PERFORM pg_notify('auth_revocation', '');
    RETURN NEW;
END
$$;
CREATE TRIGGER number_revocation BEFORE INSERT ON revocation
    FOR EACH ROW EXECUTE FUNCTION number_revocation();

-- No INSERT on `position` or `raised_at`: nobody numbers or dates a row himself.
GRANT SELECT, DELETE ON revocation TO bailiwick_auth;
GRANT INSERT (tenant, member, session, not_before) ON revocation TO bailiwick_auth;
GRANT USAGE, SELECT ON SEQUENCE revocation_position TO bailiwick_auth;
