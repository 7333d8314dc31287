//go:build !wasm

package server

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/components/early"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
)

// workerFile is our part of the service worker; go-app's part is appended to it.
const workerFile = "worker.js"

// icons must all exist: the service worker keeps no file at all when one of them
// cannot be loaded.
var icons = app.Icon{
	Default:  "/web/icon-192.png",
	Large:    "/web/icon-512.png",
	SVG:      "/web/icon.svg",
	Maskable: "/web/icon-maskable-512.png",
}

// A resourceResolver tells go-app the addresses of the files of web/: the program's
// has its hash. It serves no files: go-app's own resolver would serve those of the
// working directory, and fetch /robots.txt from whatever host the request names.
type resourceResolver struct{ program string }

func (r resourceResolver) Resolve(location string) string {
	if location == "/web/"+programFile {
		return r.program
	}
	return location
}

// newPages returns the handler of all that go-app renders and generates: the pages,
// /app.js, /app-worker.js, /app.css and /manifest.webmanifest.
func newPages(files *staticFiles) (*app.Handler, error) {
	worker, ok := files.files[workerFile]
	if !ok {
		return nil, errors.New("web/" + workerFile + " is missing")
	}
	for _, icon := range []string{icons.Default, icons.Large, icons.SVG, icons.Maskable} {
		if files.files[strings.TrimPrefix(icon, "/web/")] == nil {
			return nil, errors.New(icon[1:] + " is missing")
		}
	}
	handler := &app.Handler{
		Name:                  "atomsaga",
		ShortName:             "atomsaga",
		Title:                 "atomsaga: relationship kinds",
		Description:           "983 relationship kinds of published ontologies, edited with changes that show at once and roll back exactly.",
		Lang:                  "en",
		Icon:                  icons,
		BackgroundColor:       "#f7f6f2",
		ThemeColor:            "#1f3a5f",
		Styles:                files.addresses(".css"),
		CacheableResources:    append(files.addresses(".woff2"), icons.SVG, "/api/kinds"),
		Scripts:               []string{early.Path},
		Resources:             resourceResolver{files.program},
		Version:               files.version,
		ServiceWorkerTemplate: string(worker.plain) + "\n" + app.DefaultAppWorkerJS,
	}
	if wasm, ok := files.files[programFile]; ok {
		// The loader counts the bytes after decompression.
		handler.WasmContentLength = strconv.Itoa(len(wasm.plain))
	}
	return handler, nil
}

// servePage serves go-app's answer with an entity tag of our own: go-app's tag is the
// version of the program alone, so that a page with new data would be "not modified".
// A hash of the page would not do either: go-app writes attributes in any order.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) error {
	switch r.URL.Path {
	case "/robots.txt", "/sitemap.xml", "/ads.txt", "/favicon.ico":
		http.NotFound(w, r)
		return nil
	}
	position, err := s.store.Position(r.Context()) // read before rendering: the tag may be too old, never too new
	if err != nil {
		return err
	}
	request := r.Clone(r.Context())
	request.Header.Del("If-None-Match")
	recorded := recorder{header: http.Header{}, status: http.StatusOK}
	s.pages.ServeHTTP(&recorded, request)

	c := &content{mediaType: recorded.header.Get("Content-Type"), plain: recorded.body.Bytes()}
	switch {
	case recorded.status == http.StatusNotFound:
		c.mediaType, c.plain = mediaTypes[".html"], []byte(notFound)
		c.etag = bodyTag(c.plain)
	case c.mediaType == "text/html":
		c.mediaType = mediaTypes[".html"]
		c.etag = fmt.Sprintf(`W/"%s.%d.%s"`, s.pages.Version, position.Version, position.Database)
		if s.namesMissingKind(r) {
			recorded.status = http.StatusNotFound
		}
		w.Header().Set("Program", s.pages.Version) // the service worker keeps only pages that have it
	default:
		c.etag = bodyTag(c.plain)
	}
	c.compress(gzip.BestSpeed)
	c.serve(w, r, recorded.status)
	return nil
}

// namesMissingKind reports whether the request is for the page of a kind that does not
// exist. The page says so itself; the status must say it too.
func (s *Server) namesMissingKind(r *http.Request) bool {
	id, ok := strings.CutPrefix(r.URL.Path, "/kinds/")
	if !ok {
		return false
	}
	_, err := s.store.Kind(r.Context(), kind.ID(id))
	return errors.Is(err, store.ErrNotFound)
}

const notFound = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not found: atomsaga</title>
<link rel="icon" href="/web/icon.svg">
</head>
<body>
<h1>There is no page here</h1>
<p><a href="/">All relationship kinds</a></p>
</body>
</html>
`

// A recorder is a ResponseWriter that keeps the answer instead of sending it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
