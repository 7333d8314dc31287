//go:build !wasm

package push

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	fcm "github.com/appleboy/go-fcm"
)

// A Config is the configuration of Firebase Cloud Messaging. The zero Config turns push
// off.
type Config struct {
	AccountFile string // path of the service account's key, a JSON file; kept secret by the server
	Project     string // id of the Firebase project; "" for the account's own
	BrowserFile string // path of the browsers' configuration, a JSON file; public
	Endpoint    string // address of a stand-in for Google's service; "" for Google's
}

// On reports whether push is on.
func (c Config) On() bool { return c != Config{} }

// A BrowserConfig is what a browser needs to get a token from Google: the firebaseConfig
// that the Firebase console shows, and the public key of its page "Web configuration".
type BrowserConfig struct {
	APIKey    string `json:"apiKey"`
	AppID     string `json:"appId"`
	SenderID  string `json:"messagingSenderId"`
	ProjectID string `json:"projectId"`
	VAPIDKey  string `json:"vapidKey"`
}

// readBrowserConfig reads a browsers' configuration. It takes only the fields of
// BrowserConfig, so that no secret of a wrong file gets into a page.
func readBrowserConfig(path string) (BrowserConfig, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return BrowserConfig{}, err
	}
	var web BrowserConfig
	if err := json.Unmarshal(text, &web); err != nil {
		return BrowserConfig{}, fmt.Errorf("%s: %w", path, err)
	}
	for _, field := range []struct{ name, value string }{
		{"apiKey", web.APIKey}, {"appId", web.AppID}, {"messagingSenderId", web.SenderID},
		{"projectId", web.ProjectID}, {"vapidKey", web.VAPIDKey},
	} {
		if field.value == "" {
			return BrowserConfig{}, fmt.Errorf("%s: %q is missing", path, field.name)
		}
	}
	return web, nil
}

// errIncomplete is returned by Open when one of the two files is not configured.
var errIncomplete = errors.New("push needs both a service account's file and a file with what browsers need")

// options returns the configuration for go-fcm.
func (c Config) options() []fcm.Option {
	options := []fcm.Option{fcm.WithCredentialsFile(c.AccountFile)}
	if c.Project != "" {
		options = append(options, fcm.WithProjectID(c.Project))
	}
	if c.Endpoint != "" {
		options = append(options, fcm.WithEndpoint(c.Endpoint+"/v1"))
	}
	return options
}
