-- Whether an account had signed in before is asked at each sign-in on a new device, ended sessions included.
CREATE INDEX session_history ON session (account);
