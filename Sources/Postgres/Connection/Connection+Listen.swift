import CLibPQ
import Glibc

extension Connection {
    /// Subscribes.
    func listen(on channel: ChannelName) throws {
        // A channel is an identifier and cannot be bound; `ChannelName` has none but harmless characters.
        try withSession { _ = try $0.run([Statement("LISTEN \(channel)")], cancellable: true) }
    }

    /// Blocks the thread until something arrives or the task is cancelled.
    func nextNotifications() throws -> [Notification] {
        try withSession { try $0.nextNotifications() }
    }
}

extension Session {
    fileprivate func nextNotifications() throws -> [Notification] {
        while true {
            var arrived: [Notification] = []
            while let notification = PQnotifies(handle) {
                let payload = notification.pointee.extra.map { String(cString: $0) } ?? ""
                arrived.append(.message(payload: payload, sender: notification.pointee.be_pid))
                PQfreemem(notification)
            }
            if !arrived.isEmpty { return arrived }
            if Task.isCancelled { throw CancellationError() }
            var events = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&events, 2, -1) < 0, errno != EINTR { throw lost("poll failed with error \(errno)") }
            if events[1].revents != 0 { wakeup.clear() }
            if events[0].revents != 0, PQconsumeInput(handle) != 1 { throw lost("the server closed it") }
        }
    }
}
