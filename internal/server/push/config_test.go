//go:build !wasm

package push

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/internal/standin"
)

func TestOpenNamesWhatIsMissing(t *testing.T) {
	good := writeConfig(t, "http://127.0.0.1:1")
	write := func(content string) string {
		path := filepath.Join(t.TempDir(), "file.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, test := range []struct {
		reason string
		change func(*Config)
		want   string
	}{
		{"no account", func(c *Config) { c.AccountFile = "" }, "needs both"},
		{"nothing for browsers", func(c *Config) { c.BrowserFile = "" }, "needs both"},
		{"only a project", func(c *Config) { *c = Config{Project: "x"} }, "needs both"},
		{"no such account", func(c *Config) { c.AccountFile += "x" }, good.AccountFile + "x"},
		{"an account that is none", func(c *Config) { c.AccountFile = write(`{"type": "service_account"}`) }, "service account"},
		{"not JSON", func(c *Config) { c.BrowserFile = write(`apiKey`) }, "file.json"},
		{"half of it", func(c *Config) { c.BrowserFile = write(`{"apiKey": "x", "appId": "y"}`) }, `"messagingSenderId" is missing`},
	} {
		c := good
		test.change(&c)
		if _, err := Open(t.Context(), c, nil, slog.Default()); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.reason, err, test.want)
		}
	}
}

// The account's key, configured by mistake as the browsers' file, must not reach them.
func TestOnlyTheBrowsersFieldsAreRead(t *testing.T) {
	c := writeConfig(t, "http://127.0.0.1:1")
	mixed := map[string]string{"private_key": "secret"}
	if err := json.Unmarshal(standin.BrowserConfig(), &mixed); err != nil {
		t.Fatal(err)
	}
	content, _ := json.Marshal(mixed)
	if err := os.WriteFile(c.BrowserFile, content, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Open(t.Context(), c, nil, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	if public, _ := json.Marshal(p.BrowserConfig()); strings.Contains(string(public), "secret") {
		t.Errorf("%s", public)
	}
}
