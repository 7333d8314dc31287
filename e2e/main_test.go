//go:build e2e

package e2e

import (
	"os"
	"testing"

	"github.com/atomsaga/atomsaga/e2e/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Run(m)) }
