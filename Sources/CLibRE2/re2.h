// Reached from C++ only (RE2Shim); the module exists so that SwiftPM knows what libre2-dev is for; RE2Shim links it.
#include <re2/re2.h>
