package push_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"testing"
)

// web/push.js is kept in the repository, and must be what is beside this test.
// `make push` makes it anew; byte for byte, so that it leaves no change when this holds.
func TestTheBundleIsUpToDate(t *testing.T) {
	sum := sha256.New()
	for _, source := range []string{"push.mjs", "build.mjs", "package-lock.json"} {
		content, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		sum.Write(content)
	}
	bundle, err := os.ReadFile("../../../web/push.js")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("/*! made of %x by ", sum.Sum(nil)); !bytes.HasPrefix(bundle, []byte(want)) {
		t.Errorf("web/push.js is not %q…: run `make push`, with node", want)
	}
}
