// Serves a folder, or stands before a URL, on a loopback port of its own, with the headers that
// make a page cross-origin isolated (without them performance.now() is 100 µs coarse), and a
// folder's files in brotli, as a real server would.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

// In lower case, as node gives an answer's headers: one that is there twice is no longer valid.
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
};

const cache = fileURLToPath(new URL('../out/brotli/', import.meta.url));

/** The bytes in brotli at its highest quality, or another one while trying out; kept in bench/out/brotli: a wasm takes half a minute. */
function brotli(bytes) {
  const quality = Number(process.env.BROTLI ?? 11);
  const file = join(cache, `${createHash('sha256').update(bytes).digest('hex')}-${quality}`);
  if (existsSync(file)) return readFileSync(file);
  mkdirSync(cache, { recursive: true });
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT, BROTLI_PARAM_LGWIN } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: quality, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const packed = brotliCompressSync(bytes, { params });
  writeFileSync(file, packed);
  return packed;
}

/** A handler for the files of a folder; "/" and every path that is no file is its index.html. */
function files(folder) {
  const kept = new Map();
  const load = (path) => {
    let file = normalize(join(folder, path));
    if (!file.startsWith(normalize(folder)) || !existsSync(file) || statSync(file).isDirectory()) {
      if (extname(path)) return undefined;
      file = join(folder, 'index.html');
    }
    if (!kept.has(file)) {
      const bytes = readFileSync(file);
      kept.set(file, { type: types[extname(file)] ?? 'application/octet-stream', size: bytes.length, packed: brotli(bytes) });
    }
    return kept.get(file);
  };
  for (const path of ['/', '/web/app.wasm', '/app.wasm']) load(path); // packed before anything is timed
  return (req, res) => {
    const found = load(decodeURIComponent(new URL(req.url, 'http://localhost').pathname));
    if (!found) {
      res.writeHead(404, isolation).end();
      return;
    }
    res.writeHead(200, {
      ...isolation,
      'Content-Type': found.type,
      'Content-Encoding': 'br',
      'Content-Length': found.packed.length,
      'Cache-Control': 'no-store',
    });
    res.end(found.packed);
  };
}

/** A handler that hands every request on to a server and adds the isolation headers to its answers. */
function before(origin) {
  return (req, res) => {
    const onward = request(new URL(req.url, origin), { method: req.method, headers: { ...req.headers, host: new URL(origin).host } });
    onward.on('response', (answer) => {
      res.writeHead(answer.statusCode, { ...answer.headers, ...isolation });
      answer.pipe(res);
    });
    onward.on('error', (error) => {
      if (!res.headersSent) res.writeHead(502);
      res.end(error.message);
    });
    req.pipe(onward);
  };
}

/**
 * Serves target, a folder or an http URL, whose path and query are kept.
 * @returns {Promise<{url: (n: number) => string, close: () => void}>} the page's address for N rows
 */
export async function serve(target) {
  const remote = /^https?:/.test(target) ? new URL(target) : undefined;
  if (!remote && !existsSync(join(target, 'index.html'))) throw new Error(`${target} has no index.html`);
  const server = createServer(remote ? before(remote.origin) : files(target));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const url = (n) => {
    const page = new URL(remote ? remote.pathname + remote.search : '/', `http://127.0.0.1:${server.address().port}`);
    page.searchParams.set('n', n);
    return page.href;
  };
  return { url, close: () => server.close() && server.closeAllConnections() };
}
