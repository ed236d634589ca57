// Reached from C++ only (RE2Shim); the module exists so that SwiftPM finds and links libre2 through pkg-config.
#include <re2/re2.h>
