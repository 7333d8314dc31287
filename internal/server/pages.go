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

// workerFile is ours of the service worker; go-app's comes after it.
const workerFile = "worker.js"

// icons are needed: when one of the files that the service worker keeps
// cannot be had, it keeps none.
var icons = app.Icon{
	Default:  "/web/icon-192.png",
	Large:    "/web/icon-512.png",
	SVG:      "/web/icon.svg",
	Maskable: "/web/icon-maskable-512.png",
}

// A resourceResolver names the files of web/: the program by its hashed name, all else
// as it is. It serves none, so that go-app asks nobody for them: its own would
// answer from the working directory, and fetch /robots.txt from whatever host the
// request names.
type resourceResolver struct{ program string }

func (r resourceResolver) Resolve(location string) string {
	if location == "/web/"+programFile {
		return r.program
	}
	return location
}

// newPages makes the handler of all that go-app renders and generates: the
// pages, /app.js, /app-worker.js, /app.css and /manifest.webmanifest.
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
		// The loader counts bytes after decompression: only this length fits.
		handler.WasmContentLength = strconv.Itoa(len(wasm.plain))
	}
	return handler, nil
}

// servePage serves what go-app answers, with tags of our own: go-app tags every
// page with the version of the program alone, so that a page with new data would be "not
// modified". The bytes of a page cannot be tagged: its attributes come in any order.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/robots.txt", "/sitemap.xml", "/ads.txt", "/favicon.ico":
		http.NotFound(w, r)
		return
	}
	mark, err := s.store.Position(r.Context()) // before rendering: a tag may be too old, never too new
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	asked := r.Clone(r.Context())
	asked.Header.Del("If-None-Match")
	answer := recorder{header: http.Header{}, status: http.StatusOK}
	s.pages.ServeHTTP(&answer, asked)

	c := &content{mediaType: answer.header.Get("Content-Type"), plain: answer.body.Bytes()}
	switch {
	case answer.status == http.StatusNotFound:
		c.mediaType, c.plain = mediaTypes[".html"], []byte(notFound)
		c.etag = bodyTag(c.plain)
	case c.mediaType == "text/html":
		c.mediaType = mediaTypes[".html"]
		c.etag = fmt.Sprintf(`W/"%s.%d.%s"`, s.pages.Version, mark.Version, mark.Database)
		if s.namesMissingKind(r) {
			answer.status = http.StatusNotFound
		}
		w.Header().Set("Program", s.pages.Version) // the service worker keeps no page without it
	default:
		c.etag = bodyTag(c.plain)
	}
	c.compress(gzip.BestSpeed)
	c.serve(w, r, answer.status)
}

// isOfMissingKind: the page says itself that there is no such kind; the status
// should say so too.
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

// A recorder keeps an answer, to be looked at before it is sent.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
