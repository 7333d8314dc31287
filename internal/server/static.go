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

// mediaTypes names what web/ may hold; the system's own table differs from one
// machine to the next.
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

// programFile is the page's program. It is large, and asking whether it is still
// right costs a round trip of every visit: so pages know it by a name with its
// hash in it, and under that name it is kept for ever.
const programFile = "app.wasm"

// A staticFiles is the files of web/, held in memory: path below /web/ to content.
type staticFiles struct {
	files   map[string]*content
	program string // address of the program under its hashed name
	version string // changes when any file does, and only then
}

// readStaticFiles reads all of web. "x.br" and "x.gz" are encodings of "x", made when
// the program was built; other text is compressed now.
func readStaticFiles(web fs.FS, more ...[]byte) (*staticFiles, error) {
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
	for _, body := range more {
		sum.Write(body)
	}
	s.version = fmt.Sprintf("%x", sum.Sum(nil))[:16]
	s.program = "/web/" + programFile
	if program, ok := s.files[programFile]; ok {
		s.program = fmt.Sprintf("/web/app.%.8x.wasm", sha256.Sum256(program.plain))
	}
	return s, nil
}

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

func readEncoding(web fs.FS, name string) ([]byte, error) {
	encoded, err := fs.ReadFile(web, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return encoded, err
}

// addresses lists the files that end so, as addresses, in order.
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

// ServeHTTP answers 404 to the name of another program: whoever kept this one
// under that would keep it for ever.
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

// readOnly refuses what is neither GET nor HEAD.
func (s *Server) readOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			s.methodNotAllowed("GET, HEAD")(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
