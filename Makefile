# atomsaga. `make run` starts the app, `make test` proves it, `make help` lists the rest.

BUILD := build
TOOLS := $(BUILD)/tools

# The wasm of the page, as small as Go makes it.
WASM := GOOS=js GOARCH=wasm go

# Without inlining in what a page never waits for, its wasm is 6% smaller. What applies
# a change or draws one keeps it: atom, saga, components, and reflect under them.
UNHURRIED := crypto/... fmt html net/url regexp/... time github.com/google/uuid \
	github.com/maxence-charriere/go-app/... $(addprefix github.com/atomsaga/atomsaga/, \
	internal/await internal/jsonpatch saga/fetch saga/live saga/outbox saga/promise)
SMALL := -trimpath -buildvcs=false $(foreach package,$(UNHURRIED),-gcflags=$(package)=-l)

# Without go-app's server and routes, and net/http and regexp with them, it is 20% smaller: see tools/client.
CLIENT := $(BUILD)/client
LEAN := $(SMALL) -modfile=$(CLIENT)/go.mod

# Brotli takes half a minute at 11 and a second at 6, for 13% of the size: while
# someone works on the page it is 6, for a release and for the size budget 11.
QUALITY := 6

# The packages with tests that build for the browser.
BROWSER_PACKAGES = $(WASM) list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run run-push build test fmt clean app prepare format vet lint native browser weigh e2e torture \
	bench bench-histories bench-drafts push fresh

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

run: app ## build the app and start it on http://127.0.0.1:8080
	@$(BUILD)/atomsaga $(ARGS)

run-push: prepare app ## the same with push, from end to end: a stand-in for Google, and a Chromium as the device
	@go run ./internal/standin/run $(BUILD)/atomsaga $(ARGS)

build: QUALITY := 11
build: app ## build the release, build/atomsaga: one binary with everything in it

# What fails soonest comes first; the numbers are seconds, from cold.
test: ## everything that has to hold: see the stages below
	@tools/stages prepare=60 format=2 vet=240 native=150 fresh=90 browser=120 lint=300 build=60 weigh=60 e2e=180

# The binary has the page in it, so the wasm and its compressed forms come first.
# go build does nothing when nothing changed; without the commit in it the wasm
# stays the same, and in the browsers' caches, until its code changes.
app: $(TOOLS)/compress $(CLIENT)/go.mod
	@$(WASM) build -ldflags='-s -w' $(LEAN) -o web/app.wasm .
	@$(TOOLS)/compress -quality $(QUALITY) -record $(BUILD) web/app.wasm
	@go build -trimpath -o $(BUILD)/atomsaga .

$(CLIENT)/go.mod: tools/client go.mod go.sum
	@tools/client $(CLIENT)

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

fresh: ## make run as a newcomer does, with an empty module cache
	@tools/fresh

browser: $(TOOLS)/wasmbrowsertest ## the packages' tests again, as wasm in Chromium
	@$(WASM) test -p 2 -exec $(CURDIR)/tools/in-browser $$($(BROWSER_PACKAGES))

# The program once more with its names, to say what has grown; and small ones: a page
# of go-app alone, the same with this library, and that one as `make app` would build
# it. They are compared at 9: at 11 brotli makes 8 KB more or less of the same code when
# some of it lies elsewhere.
WEIGHED := 9
weigh: $(TOOLS)/budget $(TOOLS)/compress $(CLIENT)/go.mod ## the sizes that a visitor waits for, against size-budget (ARGS=-record)
	@$(WASM) build $(LEAN) -o $(BUILD)/named.wasm .
	@$(WASM) list -deps . >$(BUILD)/packages
	@$(WASM) build -ldflags='-s -w' $(SMALL) -o $(BUILD)/bare.wasm ./bench/weight/bare
	@$(WASM) build -ldflags='-s -w' $(SMALL) -o $(BUILD)/library.wasm ./bench/weight/library
	@$(WASM) build -ldflags='-s -w' $(LEAN) -o $(BUILD)/lean.wasm ./bench/weight/library
	@rm -f $(BUILD)/bare.wasm.compressed $(BUILD)/library.wasm.compressed $(BUILD)/lean.wasm.compressed
	@$(TOOLS)/compress -quality $(WEIGHED) -record $(BUILD) $(BUILD)/bare.wasm $(BUILD)/library.wasm $(BUILD)/lean.wasm
	@$(TOOLS)/budget -wasm $(BUILD)/named.wasm -packages $(BUILD)/packages -recorded size-packages $(ARGS) size-budget

e2e: ## a driven browser, through the real page, against the real server
	@rm -rf e2e/out
	@ATOMSAGA=$(CURDIR)/$(BUILD)/atomsaga go test -tags e2e -count=1 -timeout 20m ./e2e/...

torture: prepare app ## 500 durable changes, ten times, through reloads, crashes, cuts and kills
	@TORTURE=10x500 ATOMSAGA=$(CURDIR)/$(BUILD)/atomsaga go test -tags e2e -count=1 -timeout 90m -v -run Torture ./e2e/

bench: prepare bench/node_modules ## the peers, side by side, in one browser (node; ARGS='--rounds 5')
	@cd bench && node page/run.mjs $(ARGS)

bench-histories: bench/node_modules ## wrong values per library, over 2,000 recorded histories (node)
	@mkdir -p bench/out
	@ATOMSAGA_BENCH_OUT=$(CURDIR)/bench/out/atomsaga.json go test -count=1 -run TestRecordedHistories ./saga
	@cd bench && node histories/run.mjs $(ARGS)

bench-drafts: prepare bench/drafts/node_modules ## an edit with patches, against mutative and immer (node)
	@cd bench/drafts && node run.mjs $(ARGS)

push: internal/app/push/node_modules ## make web/push.js anew, Firebase's half of push (node)
	@cd internal/app/push && node build.mjs

%/node_modules: %/package-lock.json
	@command -v npm >/dev/null || { echo "this needs node 20.19 or newer, and npm: https://nodejs.org" >&2; exit 1; }
	@cd $* && npm ci --no-audit --no-fund
	@touch $@

clean: ## remove what was built
	rm -rf $(BUILD) web/app.wasm web/app.wasm.br web/app.wasm.gz e2e/out bench/out
