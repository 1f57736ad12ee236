/** Makes `docs/compatibility.md`: every known deviation and the tests that pin it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QUIRKS } from '../../src/simulator/quirks.ts';
import { CHAPTERS, PENDING, REASONS } from './codes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Our own simulated camera playing its own switches, and its own tests: worth having, but no proof by themselves. */
const OWN_CAMERA = /^test\/(?:e2e\/(?:media-)?deviations\.test\.ts$|simulator\/)/;
const CODE = /\b(?:SSRC|RTP|TCP|PS|TS|ES|SIP|REG|XML|CAT|REC|PTZ|INV|PB|TK|SUB)-\d+\b/g;
/** A test's name, the name of a case in a table of tests, or the code that a row of such a table begins with. */
const NAMES = /(?:\b(?:test|it|describe)\(|\bname:|\[(?='[A-Z]+-\d+'))\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`\n]*)`)/g;

/** Test files by the codes that stand in the names of their tests. */
export function pinnedBy(): Map<string, string[]> {
  const pins = new Map<string, string[]>();
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:test|cases)\.ts$/.test(name))
    .map((name) => relative(ROOT, join(ROOT, 'test', name)))
    .filter((file) => !OWN_CAMERA.test(file))
    .sort();
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const [, single, double, template] of text.matchAll(NAMES)) {
      for (const [code] of (single ?? double ?? template ?? '').matchAll(CODE)) {
        const known = pins.get(code) ?? [];
        if (!known.includes(file)) pins.set(code, [...known, file]);
      }
    }
  }
  return pins;
}

/** Codes that have no test, no reason and wait for nothing. */
export function unanswered(pins: ReadonlyMap<string, readonly string[]>): string[] {
  return CHAPTERS.flatMap(({ deviations }) => deviations.map(({ code }) => code)).filter(
    (code) => !pins.has(code) && REASONS[code] === undefined && !PENDING.some(({ codes }) => codes.test(code)),
  );
}

function answerTo(code: string, pins: ReadonlyMap<string, readonly string[]>): string {
  const files = pins.get(code) ?? [];
  const links = files.map((file) => `[${file.replace(/^test\/(.*)\.(?:test|cases)\.ts$/, '$1')}](../${file})`);
  const reason = REASONS[code];
  if (reason !== undefined) return [...links, reason].join(', ');
  if (links.length > 0) return links.join(', ');
  const pending = PENDING.find(({ codes }) => codes.test(code));
  return pending === undefined ? '**nothing**' : `pending: ${pending.until}`;
}

/** The text of `docs/compatibility.md`. */
export function compatibilityPage(): string {
  const pins = pinnedBy();
  const switches = new Set(QUIRKS.map(({ code }) => code.replace(/[a-z]$/, '')));
  const chapters = CHAPTERS.map(({ title, deviations }) => {
    const rows = deviations.map(
      ({ code, what }) => `| ${code} | ${what} | ${answerTo(code, pins)} | ${switches.has(code) ? '`--quirk`' : ''} |`,
    );
    return `## ${title}\n\n| code | what is seen | pinned by | simulated |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Compatibility

How real devices, networks and platforms deviate from GB/T 28181, and the tests that show that gbgate survives it. A
tolerated deviation is counted and named by its code in the \`findings\` of a stream or a device. Rows marked \`--quirk\`
can be had from \`gbgate simulate --quirk CODE\` to try another platform with.

This page is made by \`npm run docs\` from the names of the tests; \`npm test\` fails when a code has neither a test nor a reason.

${chapters.join('\n')}`;
}
