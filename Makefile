# Two commands do everything on a fresh Debian 12 with Swift 6.3: `make demo` and `make test`.
# Debug builds carry coverage counters, so that the demo, the services under test and the tests share one .build.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.PHONY: demo test build-tests up bench lint build setup

FLAGS = --enable-code-coverage
# Some tests at once, not hundreds: on two cores those with deadlines would starve.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 6
export LLVM_PROFILE_FILE ?= $(CURDIR)/.build/coverage/%m_%4m.profraw

demo: build
	@.build/debug/bailiwick demo $(ARGS)

up: build
	@.build/debug/bailiwick up $(ARGS)

test: build-tests
	@rm -rf .build/coverage .build/debug/codecov
	@swift test $(FLAGS) --skip-build --skip IntegrationTests | tee .build/unit-tests.log
	@mkdir -p .build/coverage && mv .build/debug/codecov/*.profraw .build/coverage/
	@swift test $(FLAGS) --skip-build --filter IntegrationTests | tee .build/integration-tests.log
	@scripts/coverage
	@grep -h 'Test run with' .build/unit-tests.log .build/integration-tests.log

# A warning in our own sources is an error; CI builds from nothing, so there the log holds all of them.
build-tests: setup
	@scripts/setup test
	@mkdir -p .build
	@swift build $(FLAGS) --build-tests 2>&1 | tee .build/build.log
	@! grep -E '/(Sources|Tests)/[^ ]*\.swift:[0-9]+:[0-9]+: warning:' .build/build.log

bench: setup
	@scripts/setup bench
	@scripts/bench $(ONLY)

lint: setup
	@scripts/lint

build: setup
	@swift build $(FLAGS)

setup:
	@scripts/setup
