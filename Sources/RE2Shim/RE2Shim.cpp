#include "RE2Shim.h"

#include <re2/re2.h>

#include <cstring>
#include <memory>
#include <new>

// INVARIANT: nothing here lets a C++ exception cross into Swift, which cannot unwind it.
struct re2shim_pattern {
    explicit re2shim_pattern(const re2::StringPiece &text, const RE2::Options &options) : expression(text, options) {}
    RE2 expression;
};

namespace {

void copy_reason(const char *cause, char *reason, size_t reason_size) noexcept {
    if (reason == nullptr || reason_size == 0) return;
    std::strncpy(reason, cause, reason_size - 1);
    reason[reason_size - 1] = '\0';
}

bool match(const re2shim_pattern *pattern, const char *text, size_t length, RE2::Anchor anchor) noexcept {
    try {
        const re2::StringPiece piece(text == nullptr ? "" : text, length);
        return pattern->expression.Match(piece, 0, length, anchor, nullptr, 0);
    } catch (...) {
        return false;
    }
}

}  // namespace

extern "C" {

re2shim_pattern *re2shim_compile(
    const char *pattern, size_t length, int64_t memory_limit, char *reason, size_t reason_size) {
    try {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(memory_limit);
        auto made = std::make_unique<re2shim_pattern>(
            re2::StringPiece(pattern == nullptr ? "" : pattern, length), options);
        if (made->expression.ok()) return made.release();
        copy_reason(made->expression.error().c_str(), reason, reason_size);
    } catch (const std::exception &failure) {
        copy_reason(failure.what(), reason, reason_size);
    } catch (...) {
        copy_reason("out of memory", reason, reason_size);
    }
    return nullptr;
}

bool re2shim_partial_match(const re2shim_pattern *pattern, const char *text, size_t length) {
    return match(pattern, text, length, RE2::UNANCHORED);
}

bool re2shim_full_match(const re2shim_pattern *pattern, const char *text, size_t length) {
    return match(pattern, text, length, RE2::ANCHOR_BOTH);
}

int re2shim_program_size(const re2shim_pattern *pattern) { return pattern->expression.ProgramSize(); }

void re2shim_free(re2shim_pattern *pattern) { delete pattern; }

}  // extern "C"
