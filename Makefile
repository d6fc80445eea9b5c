# The one interface for people and CI: `make help` lists what there is to want.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help packages build demo test bench bench-vm fuzz lint format clean

CONFIGURATION := release
BUILD := .build/$(CONFIGURATION)
PACKAGES := $(shell sed -e '/^\#/d' -e '/^$$/d' Images/packages.txt)
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

packages: ## install the Debian packages of Images/packages.txt that are missing
	@missing=$$(dpkg-query -W -f '$${Package} $${db:Status-Status}\n' $(PACKAGES) 2>/dev/null | awk '$$2 == "installed" { print $$1 }' \
	  | sort | comm -13 - <(printf '%s\n' $(PACKAGES) | sort)); \
	if [ -n "$$missing" ]; then \
	  echo "installing:" $$missing; \
	  $(SUDO) apt-get -q update && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends $$missing; \
	fi

build: packages ## everything, tests included, in the one configuration
	swift build -c $(CONFIGURATION) --build-tests

demo: packages ## one session from launch to outcome; INTERACTIVE=1 leaves it running to be watched
	swift build -c $(CONFIGURATION) --build-tests
	$(BUILD)/vitrine-demo --pictures .build/demo $(if $(INTERACTIVE),--interactive)

test: packages ## all tests, with short runs of fuzz, demo and both benches
	swift build -c $(CONFIGURATION) --build-tests
	swift test -c $(CONFIGURATION) --skip-build --no-parallel 2>&1 | tee .build/test.log \
	  || { echo; echo "What failed:"; grep -A 1 -E '✘|error:|Fatal' .build/test.log; exit 1; }
	$(BUILD)/vitrine-fuzz all --executions 20000
	$(BUILD)/vitrine-demo --pictures .build/demo
	$(BUILD)/vitrine-bench --short --json .build/bench-short.jsonl
	Tests/Bench/run --short

bench: packages ## the figures of SPECIFICATION.md: times, bytes, the TPM's bus, payments and stores under kill -9 (hours)
	swift build -c $(CONFIGURATION) --build-tests
	$(BUILD)/vitrine-bench --json .build/bench.jsonl
	VITRINE_RUNS=1000 swift test -c $(CONFIGURATION) --skip-build --no-parallel --filter BusTests
	$(BUILD)/vitrine-torture --cycles 1000
	$(BUILD)/vitrine-payment-torture --cycles 2000
	VITRINE_PIN_ROUNDS=1000 swift test -c $(CONFIGURATION) --skip-build --no-parallel --filter PINTimingTests
	$(BUILD)/vitrine-counter-torture --cycles 2000

bench-vm: packages ## the terminal on a virtual board with a real display, every robustness case 100 times
	swift build -c $(CONFIGURATION) --build-tests
	VITRINE_BENCH=required Tests/Bench/run

fuzz: packages ## every parser of foreign bytes, EXECUTIONS each (default one million)
	swift build -c $(CONFIGURATION) --build-tests
	$(BUILD)/vitrine-fuzz all --executions $(or $(EXECUTIONS),1000000)

lint: ## the formatter's opinion, as errors
	swift format lint --strict --recursive Sources Tests Package.swift

format: ## let the formatter have its way
	swift format --in-place --recursive Sources Tests Package.swift

clean: ## remove what was built
	rm -rf .build
