# Stoplog. `make run` and `make test` install what is missing, when they can, and say how when they can't.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CONFIGURATION ?= release
STOPLOG := .build/$(CONFIGURATION)/stoplog

.PHONY: help
help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Builds and starts the gate with the shipped policies (ARGS="--mode block" for options)
	@$(STOPLOG) serve $(ARGS)

.PHONY: build
build: setup ## Builds the release binary: .build/release/stoplog
	@swift build -c $(CONFIGURATION) --static-swift-stdlib --product stoplog

.PHONY: test
test: setup-test ## Runs all tests
	@swift build --build-tests
	@swift test --skip-build --parallel

.PHONY: bench
bench: setup ## Measures Stoplog beside nginx, Squid, tinyproxy and mitmproxy, about 10 minutes (BENCH="--quick")
	@Tests/Bench/run $(BENCH)

.PHONY: bench-policy
bench-policy: setup ## Measures what classifying a call costs
	@swift run -c release policy-bench

.PHONY: format
format: ## Formats the sources in place
	@swift format --in-place --recursive --parallel Package.swift Sources Tests

.PHONY: lint
lint: ## Checks the form of the sources
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests

.PHONY: setup
setup:
	@Tests/setup build

.PHONY: setup-test
setup-test:
	@Tests/setup test
