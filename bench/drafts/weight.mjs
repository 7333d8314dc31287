// What the library adds to a client: the pages in bench/weight, each built as the
// demo is and compressed by gzip, against the one of go-app alone.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

// As UNHURRIED in the Makefile, of what these pages have in them.
const small = [
  'crypto/...', 'fmt', 'html', 'net/url', 'regexp/...', 'time', 'github.com/google/uuid', 'github.com/maxence-charriere/go-app/...',
  'github.com/atomsaga/atomsaga/internal/jsonpatch',
].map((path) => `-gcflags=${path}=-l`);

export function weights(root, temp) {
  const gzip = (page) => {
    const wasm = join(temp, `${page}.wasm`);
    execFileSync('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', ...small, '-o', wasm, `./bench/weight/${page}`], {
      cwd: root, env: { ...process.env, GOOS: 'js', GOARCH: 'wasm' }, stdio: 'inherit',
    });
    return gzipSync(readFileSync(wasm), { level: 9 }).length / 1024;
  };
  const bare = gzip('bare');
  return [
    { name: 'the draft engine alone', kb: gzip('drafts') - bare, budget: 80 },
    { name: 'all of package atom', kb: gzip('atom') - bare },
  ];
}
