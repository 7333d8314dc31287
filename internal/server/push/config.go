//go:build !wasm

package push

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	fcm "github.com/appleboy/go-fcm"
)

// A Config says how devices are reached: through Firebase Cloud Messaging, in
// the name of a service account. The zero Config says that push is off.
type Config struct {
	AccountFile string // path of the service account's key, a JSON file; it stays on the server
	Project     string // id of the Firebase project; "" is the account's own
	BrowserFile string // path of what browsers need, a JSON file; all of it is public
	Endpoint    string // address of another service than Google's, such as a stand-in; "" is Google's
}

// On reports whether push is wanted.
func (c Config) On() bool { return c != Config{} }

// A BrowserConfig is what a browser needs to get a token from Google: the firebaseConfig
// that the Firebase console shows, and the key pair's public half of its page
// "Web configuration".
type BrowserConfig struct {
	APIKey    string `json:"apiKey"`
	AppID     string `json:"appId"`
	SenderID  string `json:"messagingSenderId"`
	ProjectID string `json:"projectId"`
	VAPIDKey  string `json:"vapidKey"`
}

// readBrowserConfig reads the file that Config.Web names. What else it holds is left out,
// so that no other file's secrets can get into a page by mistake.
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

// errIncomplete: a part of the configuration is there and another is not.
var errIncomplete = errors.New("push needs both a service account's file and a file with what browsers need")

// options are the configuration, as go-fcm takes it.
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
