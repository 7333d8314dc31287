//go:build !js

package components_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/components"
)

// What a page shows first in a browser: there would be a flash of more rows.
func TestServerRendersTheFirstRows(t *testing.T) {
	for _, n := range []int{0, 3, 100, 2000} {
		items := make([]int, n)
		for i := range items {
			items[i] = i
		}
		page := app.HTMLString(components.List(items, func(i int) app.UI { return app.Li().Text("row " + strconv.Itoa(i)) }).ID("rows").Label("Rows"))
		if got, want := strings.Count(page, "<li>row "), min(n, 100); got != want {
			t.Errorf("%d rows of %d, want %d", got, n, want)
		}
	}
}
