#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the kernel says about this process.
struct ProcessStatistics: Sendable {
    /// User and system time in seconds.
    let cpuSeconds: Double
    /// Resident memory in bytes.
    let residentBytes: Int
    /// Virtual memory in bytes.
    let virtualBytes: Int

    // Glibc declares RUSAGE_SELF as an enumeration of another type than the parameter; its value is 0.
    private static let selfUsage: Int32 = 0

    static func now() -> ProcessStatistics {
        var usage = rusage()
        getrusage(selfUsage, &usage)
        let user = Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1_000_000
        let system = Double(usage.ru_stime.tv_sec) + Double(usage.ru_stime.tv_usec) / 1_000_000
        let pages = statm()
        let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
        return ProcessStatistics(
            cpuSeconds: user + system, residentBytes: pages.resident * pageSize, virtualBytes: pages.total * pageSize)
    }

    func write(to text: inout String) {
        text += "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total \(cpuSeconds)\n"
        text += "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes \(residentBytes)\n"
        text += "# TYPE process_virtual_memory_bytes gauge\nprocess_virtual_memory_bytes \(virtualBytes)\n"
    }

    /// The first two numbers of `/proc/self/statm`, in pages (proc(5)); zeros where there is none.
    private static func statm() -> (total: Int, resident: Int) {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return (0, 0) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return (0, 0) }
        let numbers = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
        return numbers.count >= 2 ? (numbers[0], numbers[1]) : (0, 0)
    }
}
