-- Which policy bundles were in force when, and which edits were refused.
CREATE TABLE bundle_history (
    id uuid PRIMARY KEY,
    -- The revision that this made the one in force, or that stayed in force when an edit was refused.
    revision text NOT NULL CHECK (revision ~ '^[0-9a-f]{64}$'),
    outcome text NOT NULL CHECK (outcome IN ('activated', 'refused')),
    -- What was wrong with a refused edit: `path:line:column: cause; remedy`.
    errors text[] NOT NULL,
    happened timestamptz NOT NULL
);
COMMENT ON TABLE bundle_history IS 'global: one policy bundle is in force for all tenants';
CREATE INDEX bundle_history_by_time ON bundle_history (happened DESC, id DESC);

-- History is written once.
GRANT SELECT, INSERT ON bundle_history TO bailiwick_policy;
