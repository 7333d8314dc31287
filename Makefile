# atomsaga. `make run` starts the app, `make test` proves it, `make help` lists the rest.

BUILD := build
TOOLS := $(BUILD)/tools

# The wasm of the page, as small as Go makes it.
WASM := GOOS=js GOARCH=wasm go

# Without inlining in what a page never waits for, its wasm is 3% smaller.
SMALL := -gcflags=crypto/...=-l -gcflags=github.com/maxence-charriere/go-app/...=-l

# Brotli takes half a minute at 11 and a second at 6, for 13% of the size: while
# someone works on the page it is 6, for a release and for the size budget 11.
QUALITY := 6

# The packages with tests that build for the browser.
BROWSER_PACKAGES = $(WASM) list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run run-push build test fmt clean app prepare format vet lint native browser weigh e2e \
	bench bench-histories bench-drafts push

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

run: app ## build the app and start it on http://127.0.0.1:8080
	@$(BUILD)/atomsaga $(ARGS)

run-push: app ## the same with push, from end to end: a stand-in for Google, and a Chromium as the device
	@go run ./internal/standin/run $(BUILD)/atomsaga $(ARGS)

build: QUALITY := 11
build: app ## build the release, build/atomsaga: one binary with everything in it

test: ## everything that has to hold: see the stages below
	@tools/stages prepare format vet lint native browser build weigh e2e

# The binary has the page in it, so the wasm and its compressed forms come first.
# go build does nothing when nothing changed; without the commit in it the wasm
# stays the same, and in the browsers' caches, until its code changes.
app: $(TOOLS)/compress
	@$(WASM) build -trimpath -buildvcs=false -ldflags='-s -w' $(SMALL) -o web/app.wasm .
	@$(TOOLS)/compress -quality $(QUALITY) -record $(BUILD) web/app.wasm
	@go build -trimpath -o $(BUILD)/atomsaga .

# The tools are a module of their own: wasmbrowsertest needs an old chromedp.
$(TOOLS)/wasmbrowsertest: PACKAGE := github.com/agnivade/wasmbrowsertest
$(TOOLS)/staticcheck: PACKAGE := honnef.co/go/tools/cmd/staticcheck
$(TOOLS)/compress: PACKAGE := ./compress
$(TOOLS)/budget: PACKAGE := ./budget
$(TOOLS)/%: tools/go.mod $(wildcard tools/*/*.go)
	@go build -C tools -o ../$@ $(PACKAGE)
	@touch $@

prepare: ## install what the tests need: Chromium, and a C compiler for the race detector
	@tools/prepare

format: ## what gofmt would change
	@tools/format

fmt: ## let gofmt change it
	@tools/format -w

vet: ## go vet, for the server and for the browser
	@go vet ./...
	@go vet -tags e2e ./e2e/...
	@$(WASM) vet ./...
	@go -C tools vet ./...

lint: $(TOOLS)/staticcheck ## staticcheck, for the server and for the browser
	@$(TOOLS)/staticcheck -tags e2e ./...
	@GOOS=js GOARCH=wasm $(TOOLS)/staticcheck ./...
	@cd tools && ../$(TOOLS)/staticcheck ./...

native: ## the packages' tests, with the race detector
	@go test -race ./...
	@go -C tools test ./...

browser: $(TOOLS)/wasmbrowsertest ## the packages' tests again, as wasm in Chromium
	@$(WASM) test -p 2 -exec $(CURDIR)/tools/in-browser $$($(BROWSER_PACKAGES))

# The program once more with its names, to say what has grown; and two small ones:
# a page of go-app alone, and the same with this library. What did not change is
# not compressed again.
weigh: $(TOOLS)/budget $(TOOLS)/compress ## the sizes that a visitor waits for, against size-budget (ARGS=-record)
	@$(WASM) build -trimpath -buildvcs=false $(SMALL) -o $(BUILD)/named.wasm .
	@$(WASM) list -deps . >$(BUILD)/packages
	@$(WASM) build -trimpath -buildvcs=false -ldflags='-s -w' $(SMALL) -o $(BUILD)/bare.wasm ./bench/weight/bare
	@$(WASM) build -trimpath -buildvcs=false -ldflags='-s -w' $(SMALL) -o $(BUILD)/library.wasm ./bench/weight/library
	@$(TOOLS)/compress -quality 11 -record $(BUILD) $(BUILD)/bare.wasm $(BUILD)/library.wasm
	@$(TOOLS)/budget -wasm $(BUILD)/named.wasm -packages $(BUILD)/packages -recorded size-packages $(ARGS) size-budget

e2e: ## a driven browser, through the real page, against the real server
	@rm -rf e2e/out
	@ATOMSAGA=$(CURDIR)/$(BUILD)/atomsaga go test -tags e2e -count=1 -timeout 20m ./e2e/...

bench: bench/node_modules ## the peers, side by side, in one browser (node; ARGS='--rounds 5')
	@cd bench && node page/run.mjs $(ARGS)

bench-histories: bench/node_modules ## wrong values per library, over 2,000 recorded histories (node)
	@mkdir -p bench/out
	@ATOMSAGA_BENCH_OUT=$(CURDIR)/bench/out/atomsaga.json go test -count=1 -run TestRecordedHistories ./saga
	@cd bench && node histories/run.mjs $(ARGS)

bench-drafts: bench/drafts/node_modules ## an edit with patches, against mutative and immer (node)
	@cd bench/drafts && node run.mjs $(ARGS)

push: internal/app/push/node_modules ## make web/push.js anew, Firebase's half of push (node)
	@cd internal/app/push && node build.mjs

%/node_modules: %/package-lock.json
	@cd $* && npm ci --no-audit --no-fund
	@touch $@

clean: ## remove what was built
	rm -rf $(BUILD) web/app.wasm web/app.wasm.br web/app.wasm.gz e2e/out bench/out
