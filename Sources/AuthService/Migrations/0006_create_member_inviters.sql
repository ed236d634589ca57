-- Who has ever sent a member an invitation, and so had its token in hand: he does not link that member to an employee.
-- Invitations themselves go after their time; this stays as long as the member. The operator is no member and not here.
CREATE TABLE member_inviter (
    tenant  text NOT NULL,
    member  uuid NOT NULL,
    inviter uuid NOT NULL,
    PRIMARY KEY (tenant, member, inviter),
    FOREIGN KEY (tenant, member) REFERENCES member (tenant, id) ON DELETE CASCADE
);

-- What is still known of earlier invitations. The forced policy would hide all tenants' rows from the owner too.
ALTER TABLE invitation NO FORCE ROW LEVEL SECURITY;
INSERT INTO member_inviter (tenant, member, inviter)
SELECT DISTINCT tenant, member, invited_by FROM invitation WHERE invited_by IS NOT NULL;
ALTER TABLE invitation FORCE ROW LEVEL SECURITY;

ALTER TABLE member_inviter ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_inviter FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON member_inviter
    USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
    WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));

GRANT SELECT, INSERT ON member_inviter TO bailiwick_auth;
