// Builds the engine for wasm, serves the page, runs it in Chromium, and prints
// the table. Options: --rounds=9 --batch=30 (milliseconds that a sample takes
// at least) --gogc=100 (the collector's setting, by default Go's own)
// --only=TEXT (the cases with that in their name; RESULTS.md stays)
// --chromium=PATH.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plan } from './cases.mjs';
import { missed, table, weightTable } from './table.mjs';
import { weights } from './weight.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const option = (name, fallback) => process.argv.find((a) => a.startsWith(`--${name}=`))?.split('=')[1] ?? fallback;
const rounds = option('rounds', 9), batch = option('batch', 30), gogc = option('gogc', 100), only = option('only', '');
const temp = mkdtempSync(join(tmpdir(), 'bench-drafts-'));

execFileSync('go', ['build', '-tags', 'benchdrafts', '-ldflags', '-s -w', '-o', join(temp, 'drafts.wasm'), './wasm'], {
  cwd: here, env: { ...process.env, GOOS: 'js', GOARCH: 'wasm' }, stdio: 'inherit',
});
const goroot = execFileSync('go', ['env', 'GOROOT'], { cwd: here, encoding: 'utf8' }).trim();

const types = { '.html': 'text/html', '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm' };
function file(path) {
  if (path === '/drafts.wasm') return join(temp, 'drafts.wasm');
  if (path === '/wasm_exec.js') return join(goroot, 'lib/wasm/wasm_exec.js');
  return join(here, normalize(path === '/' ? '/index.html' : path));
}

let finish, fail;
const finished = new Promise((resolve, reject) => { finish = resolve; fail = reject; });
const server = createServer((request, response) => {
  // Isolated, so that the page's clock counts in 5 microseconds, not in 100.
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  if (request.method === 'POST') {
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      response.writeHead(204, headers).end();
      if (request.url === '/done') finish(JSON.parse(body));
      else console.error(body);
    });
    return;
  }
  const path = new URL(request.url, 'http://localhost').pathname;
  try {
    const content = readFileSync(file(path));
    response.writeHead(200, { ...headers, 'Content-Type': types[extname(path) || '.html'] ?? 'application/octet-stream' }).end(content);
  } catch {
    response.writeHead(404, headers).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const chromium = spawn(option('chromium', process.env.CHROMIUM ?? 'chromium'), [
  '--headless', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), `--user-data-dir=${join(temp, 'profile')}`,
  '--enable-logging=stderr', `http://127.0.0.1:${server.address().port}/?rounds=${rounds}&batch=${batch}&gogc=${gogc}&only=${encodeURIComponent(only)}`,
], { stdio: ['ignore', 'ignore', 'pipe'] });
chromium.stderr.on('data', (line) => { if (String(line).includes('CONSOLE')) console.error(String(line).trim()); });
chromium.on('error', fail);
chromium.on('exit', (code) => fail(new Error(`Chromium ended with ${code}`)));

try {
  const { agent, results } = await finished;
  const weight = only ? [] : weights(join(here, '../..'), temp);
  const text = `${table(results, plan)}${only ? '' : `\n${weightTable(weight)}`}${missed(results, plan, weight)}\n${rounds} rounds, samples of at least ${batch} ms, GOGC=${gogc}, ${agent.match(/Chrome\/[\d.]+/)?.[0] ?? agent}.\n`;
  console.log(text);
  if (!only) writeFileSync(join(here, 'RESULTS.md'), `# Draft engines, side by side\n\nMade by \`make bench-drafts\`.\n\n${text}`);
} finally {
  chromium.kill();
  server.close();
  rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
}
