// Handlers name methods, statuses and header fields; they get these from ServiceKit, so that no service depends on an
// HTTP package of its own.
@_exported public import HTTPTypes
