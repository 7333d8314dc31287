// Builds every peer into bench/out/page/<peer>: the JavaScript ones with vite in production
// mode, the Go ones with the toolchain on PATH.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import solid from 'vite-plugin-solid';
import { peers } from './peers.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The folder that a peer is built into. */
export const folderOf = (peer) => here(`../out/page/${peer.id}`);

const plugins = (peer) => {
  if (peer.id.startsWith('react')) return [react()];
  return peer.id === 'solid' ? [solid()] : [];
};

async function buildJavaScript(peer) {
  await build({
    root: here(`peers/${peer.id}`),
    base: './',
    mode: 'production',
    configFile: false,
    logLevel: 'warn',
    plugins: plugins(peer),
    build: { outDir: folderOf(peer), emptyOutDir: true, target: 'esnext' },
  });
}

function buildGo(peer) {
  const out = folderOf(peer);
  const go = (args, env = {}) =>
    execFileSync('go', args, { cwd: here(peer.id), env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  rmSync(out, { recursive: true, force: true });
  mkdirSync(`${out}/web`, { recursive: true });
  go(['run', '.', out]);
  // The loader must be the one of the toolchain that builds the wasm.
  const root = go(['env', 'GOROOT']).trim();
  for (const loader of ['lib/wasm/wasm_exec.js', 'misc/wasm/wasm_exec.js']) {
    if (existsSync(`${root}/${loader}`)) copyFileSync(`${root}/${loader}`, `${out}/wasm_exec.js`);
  }
  copyFileSync(here('icon.svg'), `${out}/web/icon.svg`);
  go(['build', '-trimpath', '-ldflags=-s -w', '-o', `${out}/web/app.wasm`, '.'], { GOOS: 'js', GOARCH: 'wasm' });
}

/** Builds the given peers. */
export async function buildAll(chosen = peers) {
  for (const peer of chosen) {
    if (peer.go) buildGo(peer);
    else await buildJavaScript(peer);
  }
}
