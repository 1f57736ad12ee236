import { CapturesPanel } from '../captures/panel.tsx';
import { codecName, moment, size } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { FindingsList } from '../parts/findings-list.tsx';
import { StepLine } from '../parts/step-line.tsx';
import { hrefOf } from '../route.ts';
import { endWords, streamsWords } from '../words/streams.ts';
import type { Stream } from './api.ts';

/** Everything else that is known of a stream: its numbers, its time line, its findings. */
export function StreamDetails({ stream }: { stream: Stream }) {
  const words = useWords(streamsWords);
  const locale = localeOf(useLanguage());
  const { facts } = words;
  const { stats, audio } = stream;
  const count = (value: number) => value.toLocaleString(locale);
  const rows: readonly (readonly [string, string | null | undefined])[] = [
    [facts.started, moment(stream.startedAt, locale)],
    [facts.endedAt, stream.endedAt === undefined ? undefined : moment(stream.endedAt, locale)],
    [facts.reason, endWords(stream.endReason, words)],
    [facts.localPort, stream.localPort?.toString()],
    [facts.remote, stream.remote],
    [facts.ssrc, stream.ssrc],
    [facts.audio, audio === null ? null : `${codecName(audio.codec)}, ${audio.sampleRate / 1000} kHz`],
    [facts.received, size(stats.bytes)],
    [facts.packets, count(stats.packets)],
    [facts.lost, count(stats.lost)],
    [facts.reordered, count(stats.reordered)],
    [facts.discarded, count(stats.discarded + stats.duplicate)],
    [facts.frames, `${count(stats.frames)} (${count(stats.keyFrames)})`],
    [facts.gop, stats.gopMs > 0 ? `${(stats.gopMs / 1000).toFixed(1)} s` : null],
    [facts.jumps, count(stats.timestampJumps)],
    [facts.id, stream.id],
  ];
  return (
    <div class="stream-details" data-testid="stream-details">
      <dl>
        <div>
          <dt>{words.device}</dt>
          <dd>
            <a href={hrefOf('devices', [stream.deviceId])}>{stream.deviceId}</a>
          </dd>
        </div>
        {rows.map(
          ([name, value]) =>
            value != null && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      <section>
        <h2>{words.steps}</h2>
        <StepLine steps={stream.steps} />
      </section>
      <section>
        <h2>{words.findings}</h2>
        <FindingsList findings={stream.findings} />
      </section>
      <CapturesPanel streamId={stream.id} />
    </div>
  );
}
