// Makes web/push.js of push.mjs and what the lockfile pins: node build.mjs, after
// npm ci. The bundle is kept in the repository, so that nobody needs node to build
// atomsaga; its first line tells what it was made of, which a Go test compares.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const sources = ["push.mjs", "build.mjs", "package-lock.json"];
const sum = createHash("sha256");
for (const name of sources) {
  sum.update(readFileSync(name));
}

const bundled = await build({
  entryPoints: ["push.mjs"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none", // the licences are said once, below
  write: false,
  metafile: true,
});

const packages = new Set(Object.keys(bundled.metafile.inputs).flatMap((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []));
const credits = [...packages].sort().map((name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`));
  return `${name} ${version} (${license})`;
});

writeFileSync(
  "../../../web/push.js",
  `/*! made of ${sum.digest("hex")} by internal/app/push/build.mjs\n` +
    `Licences: /web/push-licences.txt. Contains ${credits.join(", ")}. */\n` +
    bundled.outputFiles[0].text,
);
