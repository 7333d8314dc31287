//go:build !wasm

package server

import (
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
)

// mediaTypes maps file extensions to media types. The table of package mime differs
// from machine to machine.
var mediaTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".ico":   "image/x-icon",
	".jpg":   "image/jpeg",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".md":    "text/markdown; charset=utf-8",
	".mjs":   "text/javascript; charset=utf-8",
	".png":   "image/png",
	".svg":   "image/svg+xml",
	".txt":   "text/plain; charset=utf-8",
	".wasm":  "application/wasm",
	".webp":  "image/webp",
	".woff2": "font/woff2",
}

// programFile is the page's program. It is large, and revalidating it would cost every
// visit a round trip: so pages load it by a name that contains its hash, under which
// browsers may keep it for ever.
const programFile = "app.wasm"

// staticFiles serves the files of web/ from memory. Its map has the paths below /web/.
type staticFiles struct {
	files   map[string]*content
	program string // address of the program, with its hash
	version string // a hash of all files
}

// readStaticFiles reads all files of web. "x.br" and "x.gz" are encodings of "x" made by
// the build; other text is compressed now. The version also depends on the scripts,
// which are served elsewhere.
func readStaticFiles(web fs.FS, scripts ...[]byte) (*staticFiles, error) {
	s := &staticFiles{files: map[string]*content{}}
	var all []string
	err := fs.WalkDir(web, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		all = append(all, name)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(all)
	sum := sha256.New()
	for _, name := range all {
		if extension := path.Ext(name); extension == ".br" || extension == ".gz" {
			continue
		}
		c, err := readFile(web, name)
		if err != nil {
			return nil, err
		}
		s.files[name] = c
		fmt.Fprintf(sum, "%q %d\n", name, len(c.plain))
		sum.Write(c.plain)
	}
	for _, body := range scripts {
		sum.Write(body)
	}
	s.version = fmt.Sprintf("%x", sum.Sum(nil))[:16]
	s.program = "/web/" + programFile
	if program, ok := s.files[programFile]; ok {
		s.program = fmt.Sprintf("/web/app.%.8x.wasm", sha256.Sum256(program.plain))
	}
	return s, nil
}

// readFile returns the named file with its encodings.
func readFile(web fs.FS, name string) (*content, error) {
	plain, err := fs.ReadFile(web, name)
	if err != nil {
		return nil, err
	}
	c := &content{mediaType: mediaTypes[path.Ext(name)], etag: bodyTag(plain), plain: plain}
	if c.mediaType == "" {
		c.mediaType = "application/octet-stream"
	}
	if c.brotli, err = readEncoding(web, name+".br"); err != nil {
		return nil, err
	}
	if c.gzip, err = readEncoding(web, name+".gz"); err != nil {
		return nil, err
	}
	if c.gzip == nil && (strings.HasPrefix(c.mediaType, "text/") || c.mediaType == mediaTypes[".svg"]) {
		c.compress(gzip.BestCompression)
	}
	return c, nil
}

// readEncoding returns the named file, nil when there is none.
func readEncoding(web fs.FS, name string) ([]byte, error) {
	encoded, err := fs.ReadFile(web, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return encoded, err
}

// addresses returns the sorted addresses of the files with that extension.
func (s *staticFiles) addresses(extension string) []string {
	var names []string
	for name := range s.files {
		if path.Ext(name) == extension {
			names = append(names, "/web/"+name)
		}
	}
	slices.Sort(names)
	return names
}

// ServeHTTP answers 404 for the name of another version of the program, which a
// browser would keep this one under for ever.
func (s *staticFiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/web/")
	if r.URL.Path == s.program && name != programFile {
		name = programFile
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	file, ok := s.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	file.serve(w, r, http.StatusOK)
}

// readOnly refuses methods other than GET and HEAD.
func (s *Server) readOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			s.methodNotAllowed("GET, HEAD")(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
