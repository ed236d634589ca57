import HRDomain
import Postgres
import SQLQuery
import WireFormat

/// All the SQL of reporting lines. The rules are those of `HRDomain.ReportingLines`, as recursive queries.
enum ReportingLineStore {
    /// Whether a line `l` holds at an instant.
    static func holds(at instant: Instant) -> SQL {
        "l.valid_from <= \(instant) AND (l.valid_until IS NULL OR l.valid_until > \(instant))"
    }

    /// Whether a manager `m` has left by the day of an instant.
    static func hasLeft(by instant: Instant) -> SQL {
        "coalesce(m.terminated_on <= \(Day(instant)), false)"
    }

    /// The manager in force of employee `e`, as a scalar.
    static func manager(asOf instant: Instant) -> SQL {
        """
        (SELECT l.manager_id FROM reporting_line l
          WHERE l.tenant = e.tenant AND l.employee_id = e.id AND \(holds(at: instant))
          ORDER BY l.valid_from DESC LIMIT 1)
        """
    }

    /// The common table expression `chain (manager_id, hops, has_left)` upward from `start`, nearest first, at most
    /// 64 hops. With `direct`, it ends at the first manager who has not left.
    private static func chain(from start: SQL, tenant: TenantID, asOf instant: Instant, direct: Bool) -> SQL {
        let onward: SQL =
            direct
            ? "chain.hops < \(ReportingLines.depthLimit) AND chain.has_left"
            : """
            chain.hops < \(ReportingLines.depthLimit)
            """
        return """
            WITH RECURSIVE chain (manager_id, hops, has_left) AS (
                SELECT l.manager_id, 1, \(hasLeft(by: instant))
                  FROM reporting_line l JOIN employee m ON m.tenant = l.tenant AND m.id = l.manager_id
                 WHERE l.tenant = \(tenant) AND l.employee_id = \(start) AND \(holds(at: instant))
                UNION ALL
                SELECT l.manager_id, chain.hops + 1, \(hasLeft(by: instant))
                  FROM chain
                  JOIN reporting_line l ON l.tenant = \(tenant) AND l.employee_id = chain.manager_id
                       AND \(holds(at: instant))
                  JOIN employee m ON m.tenant = l.tenant AND m.id = l.manager_id
                 WHERE \(onward)
            )
            """
    }

    /// Whether `manager` stands in the chain of employee `e`: walks up from the row, right for one record.
    static func isAbove(_ manager: UUIDv7, tenant: TenantID, asOf instant: Instant, direct: Bool) -> SQL {
        """
        EXISTS (\(chain(from: "e.id", tenant: tenant, asOf: instant, direct: direct))
            SELECT FROM chain WHERE chain.manager_id = \(manager) AND NOT chain.has_left)
        """
    }

    /// Whether employee `e` is below `manager`: walks down once for the whole statement, right for lists.
    static func isBelow(_ manager: UUIDv7, tenant: TenantID, asOf instant: Instant, direct: Bool) -> SQL {
        // Under `direct`, the way down goes on only through people who have left: they are skipped in the chain.
        let onward: SQL =
            direct
            ? "below.hops < \(ReportingLines.depthLimit) AND below.has_left"
            : """
            below.hops < \(ReportingLines.depthLimit)
            """
        return """
            e.id IN (
                WITH RECURSIVE below (employee_id, hops, has_left) AS (
                    SELECT l.employee_id, 1, \(hasLeft(by: instant))
                      FROM reporting_line l JOIN employee m ON m.tenant = l.tenant AND m.id = l.employee_id
                     WHERE l.tenant = \(tenant) AND l.manager_id = \(manager) AND \(holds(at: instant))
                       AND EXISTS (
                           SELECT FROM employee s
                            WHERE s.tenant = \(tenant) AND s.id = \(manager)
                              AND (s.terminated_on IS NULL OR s.terminated_on > \(Day(instant))))
                    UNION ALL
                    SELECT l.employee_id, below.hops + 1, \(hasLeft(by: instant))
                      FROM below
                      JOIN reporting_line l ON l.tenant = \(tenant) AND l.manager_id = below.employee_id
                           AND \(holds(at: instant))
                      JOIN employee m ON m.tenant = l.tenant AND m.id = l.employee_id
                     WHERE \(onward)
                )
                SELECT below.employee_id FROM below)
            """
    }

    /// The managers above an employee, nearest first, leavers skipped: rows of `manager_id`.
    static func chain(of employee: UUIDv7, tenant: TenantID, asOf instant: Instant) -> SQL {
        """
        \(chain(from: "\(employee)", tenant: tenant, asOf: instant, direct: false))
        SELECT chain.manager_id FROM chain WHERE NOT chain.has_left ORDER BY chain.hops
        """
    }

    /// The same as an array, for a statement about employee `e`.
    static func chainArray(tenant: TenantID, asOf instant: Instant) -> SQL {
        """
        ARRAY(\(chain(from: "e.id", tenant: tenant, asOf: instant, direct: false))
            SELECT chain.manager_id FROM chain WHERE NOT chain.has_left ORDER BY chain.hops)
        """
    }

    /// Serialises changes of a tenant's reporting lines: two halves of a cycle, put in at the same time, would not see
    /// each other. The lock goes with the transaction, however it ends.
    static func lock(_ tenant: TenantID) -> SQL {
        """
        SELECT pg_advisory_xact_lock(
            hashtextextended('reporting-line ' || current_schema() || ' ' || \(tenant), 0))
        """
    }

    /// How many links stand above `manager`, and whether `employee` is one of them; leavers count, because a cycle
    /// through somebody who has left would come back with him. Under the lock only.
    static func ascent(from manager: UUIDv7, to employee: UUIDv7, tenant: TenantID, asOf instant: Instant) -> SQL {
        """
        \(chain(from: "\(manager)", tenant: tenant, asOf: instant, direct: false))
        SELECT coalesce(max(chain.hops), 0)::bigint AS height,
               coalesce(bool_or(chain.manager_id = \(employee)), false) AS is_cycle
          FROM chain
        """
    }

    /// How many links stand below `employee`, which come on top of the chain that is put above. Under the lock only.
    static func descent(from employee: UUIDv7, tenant: TenantID, asOf instant: Instant) -> SQL {
        """
        WITH RECURSIVE below (employee_id, hops) AS (
            SELECT l.employee_id, 1 FROM reporting_line l
             WHERE l.tenant = \(tenant) AND l.manager_id = \(employee) AND \(holds(at: instant))
            UNION ALL
            SELECT l.employee_id, below.hops + 1 FROM below
              JOIN reporting_line l ON l.tenant = \(tenant) AND l.manager_id = below.employee_id
                   AND \(holds(at: instant))
             WHERE below.hops < \(ReportingLines.depthLimit)
        )
        SELECT coalesce(max(below.hops), 0)::bigint AS depth FROM below
        """
    }

    /// Ends the line in force of each employee whose manager becomes another one.
    static func end(_ employees: [UUIDv7], tenant: TenantID, at instant: Instant) -> SQL {
        """
        UPDATE reporting_line l
           SET valid_until = greatest(\(instant), l.valid_from + interval '1 microsecond')
         WHERE l.tenant = \(tenant) AND l.employee_id = ANY (\(employees)::uuid[]) AND l.valid_until IS NULL
        """
    }

    /// Starts a line for each employee, behind the one that was ended in the same transaction.
    static func start(_ employees: [UUIDv7], managers: [UUIDv7], tenant: TenantID, at instant: Instant) -> SQL {
        """
        INSERT INTO reporting_line (tenant, employee_id, manager_id, valid_from)
        SELECT \(tenant), n.employee_id, n.manager_id, greatest(\(instant), (
            SELECT max(l.valid_until) FROM reporting_line l
             WHERE l.tenant = \(tenant) AND l.employee_id = n.employee_id))
          FROM unnest(\(employees)::uuid[], \(managers)::uuid[]) AS n (employee_id, manager_id)
        """
    }

    /// Which of these employees stand above themselves: what an import put in must not close a circle. Under the lock.
    static func cycles(among employees: [UUIDv7], tenant: TenantID) -> SQL {
        """
        WITH RECURSIVE up (start, id, hops) AS (
            SELECT l.employee_id, l.manager_id, 1 FROM reporting_line l
             WHERE l.tenant = \(tenant) AND l.employee_id = ANY (\(employees)::uuid[]) AND l.valid_until IS NULL
            UNION ALL
            SELECT up.start, l.manager_id, up.hops + 1 FROM up
              JOIN reporting_line l ON l.tenant = \(tenant) AND l.employee_id = up.id AND l.valid_until IS NULL
             WHERE up.hops <= \(ReportingLines.depthLimit) AND up.id <> up.start
        )
        SELECT DISTINCT up.start AS id FROM up
         WHERE up.id = up.start OR up.hops > \(ReportingLines.depthLimit)
        """
    }
}
