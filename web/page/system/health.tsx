import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { moment } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { failed } from '../model.ts';
import { usePolling } from '../parts/polling.ts';
import { Sparkline } from '../parts/sparkline.tsx';
import { Store, useStore } from '../store.ts';
import { spanWords, systemWords } from '../words/system.ts';
import { readSystem, type System } from './api.ts';
import { Warnings } from './warnings.tsx';

const LOOK_MS = 2_000;
/** Three minutes. */
const PLACES = 90;

/** What was seen so far; kept while the page is open, so that coming back to this view shows a line and not a point. */
const seen = new Store<readonly System[]>([]);

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

function gib(bytes: number): string {
  const value = bytes / 1024 ** 3;
  return value < 1
    ? `${Math.round(bytes / 1024 ** 2)} MiB`
    : `${value < 100 ? value.toFixed(1) : Math.round(value)} GiB`;
}

function Tile({
  title,
  number,
  notes,
  children,
}: {
  title: string;
  number: string;
  notes: readonly string[];
  children?: ComponentChildren;
}) {
  return (
    <section class="tile" data-testid="tile">
      <h2>{title}</h2>
      <p class="number">{number}</p>
      {children}
      {notes.map((note) => (
        <small key={note}>{note}</small>
      ))}
    </section>
  );
}

/** Parts of a whole as one bar; the rest is empty. */
function Bar({ whole, parts, label }: { whole: number; parts: readonly (readonly [string, number])[]; label: string }) {
  return (
    <div class="share" role="img" aria-label={label}>
      {parts.map(([tone, part]) => (
        <i key={tone} class={tone} style={{ width: `${whole > 0 ? (part / whole) * 100 : 0}%` }} />
      ))}
    </div>
  );
}

/** Processor, memory, loop, disk, ports, versions; above them what is wrong. */
export function Health() {
  const words = useWords(systemWords);
  const language = useLanguage();
  const locale = localeOf(language);
  const samples = useStore(seen);
  const [isCounting, setCounting] = useState(false);
  usePolling(
    async (signal) => {
      const system = await readSystem({ askDevices: false }, signal);
      if (!signal.aborted) seen.set([...seen.value, system].slice(-PLACES));
    },
    LOOK_MS,
    failed,
  );
  const now = samples.at(-1);
  if (now === undefined) return <p class="hint">{words.loading}</p>;
  const { process, machine, disk, ports, versions } = now;
  const line = (read: (system: System) => number, top: number, label: string) => (
    <Sparkline values={samples.map(read)} places={PLACES} top={top} label={label} />
  );
  const used = disk === null ? 0 : disk.totalBytes - disk.freeBytes;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['gbgate', versions.gbgate],
    ['Node.js', versions.node],
    ['ffmpeg', versions.ffmpeg ?? words.notInstalled],
    [words.uptime, spanWords(now.uptimeSeconds, language)],
    [words.clock, moment(now.time, locale)],
    [
      words.listeners,
      `SIP ${now.sipPort}${now.sipTlsPort == null ? '' : ` · SIP TLS ${now.sipTlsPort}`} · HTTP ${now.httpPort}`,
    ],
    [words.ports, now.mediaPorts],
    [words.platform, now.platformId],
    [words.timeZone, now.timeZone],
  ];
  return (
    <>
      <Warnings warnings={now.warnings} />
      <div class="tiles">
        <Tile
          title={words.processor}
          number={percent(process.cpu)}
          notes={[words.ofProcess(process.cpu.toFixed(2)), words.ofMachine(percent(machine.cpu), machine.cores)]}
        >
          {line((system) => system.process.cpu, 0.2, `${words.processor}: ${percent(process.cpu)}`)}
        </Tile>
        <Tile
          title={words.memory}
          number={gib(process.memoryBytes)}
          notes={[
            words.heap(gib(process.heapBytes)),
            words.free(gib(machine.memoryFreeBytes), gib(machine.memoryBytes)),
          ]}
        >
          {line((system) => system.process.memoryBytes, 1e8, `${words.memory}: ${gib(process.memoryBytes)}`)}
        </Tile>
        <Tile
          title={words.loop}
          number={`${process.loopDelayP99Ms.toFixed(1)} ms`}
          notes={['p99', words.loopMax(`${Math.round(process.loopDelayMaxMs)} ms`)]}
        >
          {line(
            (system) => system.process.loopDelayP99Ms,
            20,
            `${words.loop}: ${process.loopDelayP99Ms.toFixed(1)} ms`,
          )}
        </Tile>
        {disk !== null && (
          <Tile
            title={words.disk}
            number={percent(disk.totalBytes > 0 ? used / disk.totalBytes : 0)}
            notes={[words.free(gib(disk.freeBytes), gib(disk.totalBytes)), disk.path]}
          >
            <Bar
              whole={disk.totalBytes}
              parts={[['used', used]]}
              label={words.free(gib(disk.freeBytes), gib(disk.totalBytes))}
            />
          </Tile>
        )}
        <Tile
          title={words.ports}
          number={String(ports.leased)}
          notes={[
            words.portsOf(ports.free, ports.total),
            `${ports.heldOff} ${words.heldOff} · ${ports.occupied} ${words.occupied}`,
          ]}
        >
          <Bar
            whole={ports.total}
            parts={[
              ['used', ports.leased],
              ['resting', ports.heldOff],
              ['foreign', ports.occupied],
            ]}
            label={`${ports.leased} ${words.leased}, ${words.portsOf(ports.free, ports.total)}`}
          />
        </Tile>
      </div>
      <dl class="facts">
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      <details class="counters" open={isCounting} onToggle={(event) => setCounting(event.currentTarget.open)}>
        <summary data-testid="counters">{words.counters}</summary>
        {isCounting && (
          <dl class="facts">
            {Object.entries(now.counters).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value.toLocaleString(locale)}</dd>
              </div>
            ))}
          </dl>
        )}
      </details>
    </>
  );
}
