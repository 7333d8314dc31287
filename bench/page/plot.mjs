// The plot: four small panels, both axes logarithmic, one line per peer. It carries its own
// colours for light and for dark, so it reads in a README of either.

const panels = [
  { id: 'click', title: 'click to changed DOM' },
  { id: 'reject', title: 'rejected effect to DOM' },
  { id: 'storm', title: 'storm of 50, half rolled back' },
  { id: 'mainThread', title: 'main-thread time per click' },
];

const light = { atomsaga: '#0b7a4b', 'plain-dom': '#6b7280', solid: '#2563eb', 'react-jotai-immer': '#c2410c', 'react-query': '#a21caf', goapp: '#8a6d00', 'goapp-dom': '#b79a3c', 'go-dom': '#00838f' };
const dark = { atomsaga: '#34d399', 'plain-dom': '#9ca3af', solid: '#60a5fa', 'react-jotai-immer': '#fb923c', 'react-query': '#e879f9', goapp: '#eab308', 'goapp-dom': '#a08a3c', 'go-dom': '#4dd0e1' };

const WIDTH = 860;
const PANEL = { width: 325, height: 190, left: 62, gapX: 100, gapY: 78 };

const rules = (colours) => Object.entries(colours).map(([id, colour]) => `.${id}{stroke:${colour};fill:${colour}}`).join('');

const style = `
text{font:12px system-ui,sans-serif;fill:#374151}
.title{font-weight:600;fill:#111827}
.grid{stroke:#e5e7eb}
.line{fill:none;stroke-width:1.75}
.atomsaga.line{stroke-width:3}
.dot{stroke:none}
${rules(light)}
.line{fill:none}
@media (prefers-color-scheme:dark){text{fill:#c9d1d9}.title{fill:#f0f6fc}.grid{stroke:#30363d}${rules(dark)}.line{fill:none}}`;

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const at = (value) => value.toFixed(1);

/** Powers of ten that hold every value between them. */
function decades(values) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  return [low, Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))];
}

const label = (ms) => (ms >= 1000 ? `${ms / 1000} s` : `${Number(ms.toPrecision(1))} ms`);

function panel({ id, title }, x0, y0, peers, sizes, all) {
  const median = (peer, n) => all.get(`${id}/${peer.id}/${n}`)?.median ?? null;
  const values = peers.flatMap((peer) => sizes.map((n) => median(peer, n))).filter((value) => value > 0);
  if (!values.length) return '';
  const [low, high] = decades(values);
  const span = Math.max(1, sizes.length - 1);
  const x = (i) => x0 + (PANEL.width * i) / span;
  const y = (value) => y0 + PANEL.height * (1 - (Math.log10(value) - low) / (high - low));
  const parts = [`<text class="title" x="${x0}" y="${y0 - 12}">${title}</text>`];
  for (let power = low; power <= high; power++) {
    const line = at(y(10 ** power));
    parts.push(`<path class="grid" d="M${x0} ${line}H${x0 + PANEL.width}"/>`);
    parts.push(`<text x="${x0 - 8}" y="${Number(line) + 4}" text-anchor="end">${label(10 ** power)}</text>`);
  }
  sizes.forEach((n, i) =>
    parts.push(`<text x="${at(x(i))}" y="${y0 + PANEL.height + 18}" text-anchor="middle">${n.toLocaleString('en-US')}</text>`),
  );
  parts.push(`<text x="${x0 + PANEL.width / 2}" y="${y0 + PANEL.height + 36}" text-anchor="middle">rows</text>`);
  // The first peer is ours where there is one: drawn last, above the others.
  for (const peer of peers.toReversed()) {
    const points = sizes.flatMap((n, i) => (median(peer, n) > 0 ? [`${at(x(i))} ${at(y(median(peer, n)))}`] : []));
    if (!points.length) continue;
    parts.push(`<path class="line ${peer.id}" d="M${points.join('L')}"/>`);
    for (const point of points) {
      const [cx, cy] = point.split(' ');
      parts.push(`<circle class="dot ${peer.id}" cx="${cx}" cy="${cy}" r="3"/>`);
    }
  }
  return parts.join('\n');
}

/** The SVG of a run's figures: medians by number of rows. */
export function plot(peers, sizes, all) {
  const top = 44 + 20 * Math.ceil(peers.length / 3); // below the legend
  const height = top + 2 * PANEL.height + PANEL.gapY + 48;
  const legend = peers.map((peer, i) => {
    const x = PANEL.left + (i % 3) * 250;
    const y = 24 + Math.floor(i / 3) * 20;
    return `<path class="line ${peer.id}" d="M${x} ${y - 4}h24"/><text x="${x + 32}" y="${y}">${escape(peer.name)}</text>`;
  });
  const drawn = panels.map((one, i) => {
    const x0 = PANEL.left + (i % 2) * (PANEL.width + PANEL.gapX);
    const y0 = top + Math.floor(i / 2) * (PANEL.height + PANEL.gapY);
    return panel(one, x0, y0, peers, sizes, all);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Milliseconds against rows, both logarithmic">
<style>${style}</style>
${legend.join('\n')}
${drawn.join('\n')}
</svg>
`;
}
