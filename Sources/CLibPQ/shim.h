#pragma once
#include <libpq-fe.h>
#include <sys/eventfd.h>

/// Messages of the server that are not errors are dropped: they may quote data, and libpq would print them to the
/// process's standard error.
static void bailiwick_drop_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

/// Silences a connection's notices.
static inline void bailiwick_drop_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, bailiwick_drop_notice, 0);
}

/// A descriptor that becomes readable when it is written to; -1 on failure.
static inline int bailiwick_wakeup(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
