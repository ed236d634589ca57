-- Sessions whose time is over are removed organisation by organisation.
CREATE INDEX session_expiry ON session (tenant, expires_at);
