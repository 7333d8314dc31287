// The one Chromium that every peer is measured in.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts the Chromium of the system, or the one that the environment variable CHROMIUM names. */
export async function launch() {
  const executablePath = process.env.CHROMIUM ?? places.find(existsSync);
  if (!executablePath) throw new Error('no Chromium: apt-get install chromium, or set CHROMIUM');
  const root = process.getuid?.() === 0; // Chromium has no sandbox for root
  return chromium.launch({
    executablePath,
    chromiumSandbox: !root,
    args: ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}
