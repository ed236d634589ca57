@_spi(ScopeMinting) public import Postgres
import SQLQuery

/// Reads the catalogue of a database and tells what would let one tenant, or one service, reach what is not its own.
public enum CatalogueAudit {
    /// One line for each finding; none when all is well. Any role may look.
    public static func findings(_ database: Database) async throws -> [String] {
        var findings: [String] = []
        for rule in rules {
            findings += try await database.query(SystemScope(), rule).map { try $0.get(at: 0, as: String.self) }
        }
        return findings.sorted()
    }

    private static let rules: [SQL] = [
        tablesWithoutForcedSecurity, tablesWithoutTenantColumn, tablesWithoutPrimaryKey, policiesThatIgnoreTheTenant,
        indexesNotBeginningWithTenant, foreignKeysWithoutTenant, foreignKeysAcrossSchemas, viewsOfTheOwner,
        rolesWithPower, rolesThatOwn, rolesInRoles, dangerousPrivileges, strangersInSchemas, rightsOfPublic,
        definersWithoutSearchPath,
    ]

    /// Tables of the services' schemas; a comment that begins with `global:` says why one has no tenant.
    private static let tenantTables: SQL = """
        (SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relrowsecurity, c.relforcerowsecurity
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('auth', 'policy', 'hr', 'audit') AND c.relkind IN ('r', 'p')
           AND coalesce(obj_description(c.oid, 'pg_class'), '') NOT LIKE 'global: _%')
        """

    private static let serviceRoles: SQL = """
        (SELECT oid, rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles
         WHERE rolname IN ('bailiwick_auth', 'bailiwick_policy', 'bailiwick_hr', 'bailiwick_audit'))
        """

    private static let tablesWithoutForcedSecurity: SQL = """
        SELECT format('table %s does not force row-level security', t.name) FROM \(tenantTables) t
        WHERE NOT (t.relrowsecurity AND t.relforcerowsecurity)
        """

    private static let tablesWithoutTenantColumn: SQL = """
        SELECT format('table %s has no column tenant text NOT NULL', t.name) FROM \(tenantTables) t
        WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant'
                          AND a.atttypid = 'text'::regtype AND a.attnotnull)
        """

    private static let tablesWithoutPrimaryKey: SQL = """
        SELECT format('table %s has no primary key', t.name) FROM \(tenantTables) t
        WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)
        """

    /// Permissive policies are joined by OR, so each has to compare the tenant, when reading and when writing. One that
    /// only lets the table's owner read is for a SECURITY DEFINER function that lists tenants; it opens nothing to a
    /// service's role.
    private static let policiesThatIgnoreTheTenant: SQL = """
        SELECT format('table %s has no policy that compares the tenant', t.name) FROM \(tenantTables) t
        WHERE NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid)
        UNION ALL
        SELECT format('policy %s of %s does not compare the tenant', p.polname, t.name)
        FROM \(tenantTables) t JOIN pg_policy p ON p.polrelid = t.oid
        WHERE p.polpermissive
          AND NOT (p.polcmd = 'r' AND p.polroles = ARRAY[(SELECT c.relowner FROM pg_class c WHERE c.oid = t.oid)])
          AND (
            (p.polqual IS NULL AND p.polcmd <> 'a')
            OR pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%tenant = %bailiwick.tenant%'
            OR pg_get_expr(p.polwithcheck, p.polrelid) NOT LIKE '%tenant = %bailiwick.tenant%')
        """

    private static let indexesNotBeginningWithTenant: SQL = """
        SELECT format('index %s of %s does not begin with tenant', c.relname, t.name)
        FROM \(tenantTables) t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class c ON c.oid = i.indexrelid
        LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
        WHERE a.attname IS DISTINCT FROM 'tenant'
        """

    private static let foreignKeysWithoutTenant: SQL = """
        SELECT format('foreign key %s of %s does not carry the tenant', k.conname, t.name)
        FROM \(tenantTables) t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
        JOIN \(tenantTables) other ON other.oid = k.confrelid
        WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant'
                          AND a.attnum = ANY (k.conkey))
        """

    private static let foreignKeysAcrossSchemas: SQL = """
        SELECT format('foreign key %s of %s leaves its schema', k.conname, c.relname)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class o ON o.oid = k.confrelid
        WHERE k.contype = 'f' AND c.relnamespace <> o.relnamespace
        """

    /// A view reads with its owner's rights, unless it says otherwise.
    private static let viewsOfTheOwner: SQL = """
        SELECT format('view %s.%s is not a security_invoker', n.nspname, c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('auth', 'policy', 'hr', 'audit')
          AND (c.relkind = 'm' OR (c.relkind = 'v'
               AND NOT coalesce(c.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false)))
        """

    private static let rolesWithPower: SQL = """
        SELECT format('role %s is a superuser, bypasses row-level security or may create roles or databases', r.rolname)
        FROM (SELECT * FROM \(serviceRoles) s UNION ALL
              SELECT oid, rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles
              WHERE rolname = 'bailiwick_migrator') r
        WHERE r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
        """

    private static let rolesThatOwn: SQL = """
        SELECT format('role %s owns something', r.rolname) FROM \(serviceRoles) r
        WHERE EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
                      AND d.deptype = 'o' AND d.dbid IN (0, (SELECT oid FROM pg_database
                                                             WHERE datname = current_database())))
        """

    private static let rolesInRoles: SQL = """
        SELECT format('role %s is a member of %s', r.rolname, m.roleid::regrole)
        FROM \(serviceRoles) r JOIN pg_auth_members m ON m.member = r.oid
        """

    /// TRUNCATE and foreign keys pass by row-level security, and a trigger is code in another role's statements.
    private static let dangerousPrivileges: SQL = """
        SELECT format('role %s has %s on %s.%s', r.rolname, p.name, n.nspname, c.relname)
        FROM \(serviceRoles) r CROSS JOIN (VALUES ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) p (name)
        CROSS JOIN pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('auth', 'policy', 'hr', 'audit') AND c.relkind IN ('r', 'p', 'v')
          AND has_table_privilege(r.oid, c.oid, p.name)
        """

    private static let strangersInSchemas: SQL = """
        SELECT format('role %s may use schema %s', r.rolname, n.nspname)
        FROM \(serviceRoles) r CROSS JOIN pg_namespace n
        WHERE n.nspname IN ('auth', 'policy', 'hr', 'audit') AND r.rolname <> 'bailiwick_' || n.nspname
          AND has_schema_privilege(r.oid, n.oid, 'USAGE')
        UNION ALL
        SELECT format('role %s may create in schema %s', r.rolname, n.nspname)
        FROM \(serviceRoles) r CROSS JOIN pg_namespace n
        WHERE n.nspname IN ('auth', 'policy', 'hr', 'audit', 'public') AND has_schema_privilege(r.oid, n.oid, 'CREATE')
        """

    private static let rightsOfPublic: SQL = """
        SELECT format('PUBLIC has %s on %s.%s', a.privilege_type, n.nspname, c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN aclexplode(c.relacl) a
        WHERE n.nspname IN ('auth', 'policy', 'hr', 'audit') AND a.grantee = 0
        UNION ALL
        SELECT format('PUBLIC has %s on function %s.%s', 'EXECUTE', n.nspname, f.proname)
        FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
        CROSS JOIN aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
        WHERE n.nspname IN ('auth', 'policy', 'hr', 'audit') AND a.grantee = 0 AND f.prosecdef
        UNION ALL
        SELECT format('PUBLIC may %s in database %s', a.privilege_type, d.datname)
        FROM pg_database d CROSS JOIN aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
        WHERE d.datname = current_database() AND a.grantee = 0
        """

    private static let definersWithoutSearchPath: SQL = """
        SELECT format('function %s.%s is SECURITY DEFINER without a search_path', n.nspname, f.proname)
        FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
        WHERE n.nspname IN ('auth', 'policy', 'hr', 'audit') AND f.prosecdef
          AND NOT EXISTS (SELECT FROM unnest(f.proconfig) s WHERE s LIKE 'search_path=%')
        """
}
