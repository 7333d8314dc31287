//go:build !wasm

package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/atomsaga/atomsaga/internal/app"
	"github.com/atomsaga/atomsaga/internal/server"
	"github.com/atomsaga/atomsaga/internal/server/push"
)

// web has the files that the browser loads: app.wasm and its .br and .gz once they are
// built.
//
//go:embed web
var web embed.FS

//go:embed wasm_exec.js
var wasmExec []byte

func run() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, os.Args[1:], os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "atomsaga:", err)
		stop()
		os.Exit(1)
	}
}

// serve runs the server with the arguments until ctx is done. It writes the address, and
// the answers to --help and --version, to out.
func serve(ctx context.Context, arguments []string, getenv func(string) string, out io.Writer) error {
	envOr := func(name, fallback string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return fallback
	}
	flags := flag.NewFlagSet("atomsaga", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // an error is returned, not printed here
	listen := flags.String("listen", envOr("ATOMSAGA_LISTEN", "127.0.0.1:8080"), "`address` to serve on; port 0 takes a free one; beyond this machine it needs --token ($ATOMSAGA_LISTEN)")
	token := flags.String("token", "", "access `token`, without which nobody may use the server; better given as $ATOMSAGA_TOKEN, where no list of processes shows it")
	hosts := flags.String("host", envOr("ATOMSAGA_HOST", ""), "`names` by which the server is reached, with commas between them; addresses need not be named ($ATOMSAGA_HOST)")
	database := flags.String("database", envOr("ATOMSAGA_DATABASE", "atomsaga.db"), "SQLite `file`, made and filled when it is missing ($ATOMSAGA_DATABASE)")
	var messages push.Config
	flags.StringVar(&messages.AccountFile, "push-account", envOr("ATOMSAGA_PUSH_ACCOUNT", ""), "key `file` of the service account that push messages are sent as; none is no push ($ATOMSAGA_PUSH_ACCOUNT)")
	flags.StringVar(&messages.Project, "push-project", envOr("ATOMSAGA_PUSH_PROJECT", ""), "`id` of the Firebase project, if it is not the account's own ($ATOMSAGA_PUSH_PROJECT)")
	flags.StringVar(&messages.BrowserFile, "push-web", envOr("ATOMSAGA_PUSH_WEB", ""), "`file` with the project's firebaseConfig and vapidKey, as JSON, which browsers get to see ($ATOMSAGA_PUSH_WEB)")
	flags.StringVar(&messages.Endpoint, "push-endpoint", envOr("ATOMSAGA_PUSH_ENDPOINT", ""), "`address` of a stand-in for Google's service ($ATOMSAGA_PUSH_ENDPOINT)")
	version := flags.Bool("version", false, "print the version and stop")
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(out, "atomsaga serves the relationship kinds: the page, its API and their database.")
		flags.SetOutput(out)
		flags.PrintDefaults()
		return nil
	} else if err != nil {
		return fmt.Errorf("%w; see --help", err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is too much: there are only flags, see --help", flags.Arg(0))
	}
	if *version {
		_, err := fmt.Fprintln(out, "atomsaga", buildVersion())
		return err
	}

	if *token == "" {
		*token = getenv("ATOMSAGA_TOKEN") // not the default of the flag, which --help would show
	}
	listener, err := server.Listen(*listen, *token)
	if err != nil {
		return err
	}
	defer listener.Close()
	files, err := fs.Sub(web, "web")
	if err != nil {
		return err
	}
	s, err := server.Open(ctx, server.Config{
		Database: *database, Web: files, WasmExec: wasmExec, Push: messages,
		Token: *token, Hosts: strings.FieldsFunc(*hosts, func(r rune) bool { return r == ',' || r == ' ' }),
	})
	if err != nil {
		return err
	}
	defer s.Close()
	app.Source = s
	if _, err := fs.Stat(files, "app.wasm"); err != nil {
		fmt.Fprintln(out, "web/app.wasm was not there when this was built: pages are shown but do nothing; build with make")
	}
	if !messages.On() {
		fmt.Fprintln(out, "push is off; --push-account and --push-web turn it on")
	}
	fmt.Fprintf(out, "atomsaga: http://%s (database %s)\n", listener.Addr(), *database)
	return s.Serve(ctx, listener)
}

// buildVersion returns the versions of the module and of Go.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version + " " + info.GoVersion
}
