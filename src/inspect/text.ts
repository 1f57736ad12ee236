/** The report as text for a terminal. What comes from devices may hold anything: control characters become `?`. */
import type { CallReport, FindingReport, LadderLine, Report, StreamReport } from './report.ts';

/** Columns of the ladder; messages of further ends are written out in words. */
const MAX_COLUMNS = 4;
/** Widest arrow between two columns. */
const ARROW_WIDTH = 30;
/** Messages shown; `--json` has all. */
const MAX_LINES_SHOWN = 400;

export function reportText(report: Report): string {
  const lines: string[] = [];
  const { format, bytes, packets, durationMs, startedAt } = report;
  lines.push(`${report.file}: ${format}, ${bytes} bytes${packets === null ? '' : `, ${packets} packets`}`);
  if (startedAt !== null)
    lines.push(
      `  from ${startedAt}, ${seconds(durationMs)}${report.links.length > 0 ? `, ${report.links.join(', ')}` : ''}`,
    );
  for (const [what, count] of Object.entries(report.skipped)) lines.push(`  not read: ${count} ${what}`);
  for (const note of report.notes) lines.push(`  ${note}`);
  if (report.sip.messages.length > 0) lines.push('', ...ladder(report.sip.messages, report.sip.omitted));
  for (const [i, call] of report.calls.entries()) lines.push('', ...callLines(call, i + 1));
  for (const stream of report.streams) lines.push('', ...streamLines(stream, report.calls));
  if (report.movie !== null) lines.push('', ...movieLines(report.movie));
  if (report.findings.length > 0) lines.push('', 'Findings in signalling', ...findingLines(report.findings));
  if (report.extracted.length > 0) lines.push('', 'Written', ...report.extracted.map((path) => `  ${path}`));
  return `${lines.map(printable).join('\n')}\n`;
}

function ladder(messages: readonly LadderLine[], omitted: number): string[] {
  const ends: string[] = [];
  for (const { from, to } of messages)
    for (const end of [from, to]) if (!ends.includes(end) && ends.length < MAX_COLUMNS) ends.push(end);
  const width = Math.max(ARROW_WIDTH, ...ends.map((end) => end.length + 2));
  const stamp = 11;
  const lines = [
    'SIP',
    `${' '.repeat(stamp)}${ends
      .map((end) => end.padEnd(width))
      .join('')
      .trimEnd()}`,
  ];
  for (const message of messages.slice(0, MAX_LINES_SHOWN)) {
    const time = `${(message.ms / 1000).toFixed(3)}`.padStart(stamp - 2);
    const [from, to] = [ends.indexOf(message.from), ends.indexOf(message.to)];
    if (from < 0 || to < 0 || from === to) {
      lines.push(`${time}  ${message.from} → ${message.to}: ${message.what}`);
      continue;
    }
    const [left, right] = [Math.min(from, to), Math.max(from, to)];
    const room = (right - left) * width - 2;
    const label = message.what.length > room - 4 ? message.what.slice(0, room - 4) : message.what;
    const line = `─ ${label} ${'─'.repeat(room - label.length - 3)}`;
    lines.push(`${time}  ${' '.repeat(left * width)}│${from < to ? `${line.slice(0, -1)}▶` : `◀${line.slice(1)}`}│`);
  }
  const more = messages.length - Math.min(messages.length, MAX_LINES_SHOWN) + omitted;
  if (more > 0) lines.push(`  and ${more} more messages`);
  return lines;
}

function callLines(call: CallReport, number: number): string[] {
  const answer =
    call.status === null ? 'no final answer' : `${call.status} ${call.reason} after ${call.answerMs ?? 0} ms`;
  return [
    `Call ${number}: ${call.from} → ${call.to}`,
    `  Call-ID ${call.callId}, ${answer}${call.endedBy === null ? '' : `, ended by the ${call.endedBy}`}`,
    `  media ${call.transport ?? 'not described'}: offered ${call.offered ?? '-'} SSRC ${call.offeredSsrc ?? '-'}, answered ${call.answered ?? '-'} SSRC ${call.answeredSsrc ?? '-'}`,
    ...findingLines(call.findings),
  ];
}

function streamLines(s: StreamReport, calls: readonly CallReport[]): string[] {
  const call = calls.findIndex(({ callId }) => callId === s.callId);
  const whose = s.transport === 'file' ? '' : call >= 0 ? `, call ${call + 1}` : ', announced by no SIP';
  const lines = [`Stream ${s.number}${whose}`];
  if (s.transport !== 'file')
    lines.push(
      `  ${s.transport} ${s.from ?? '-'} → ${s.to ?? '-'}, SSRC ${s.ssrc ?? '-'}, payload type ${s.payloadTypes.join(', ') || '-'}`,
    );
  if (s.video !== null) {
    const { codec, profile, width, height, fps, declaredFps, frames, keyFrames, gopMs, gopFrames } = s.video;
    const declared = declaredFps === null ? '' : ` (declared ${declaredFps})`;
    const gop =
      gopFrames === null
        ? ''
        : `, ${gopFrames.min === gopFrames.max ? gopFrames.min : `${gopFrames.min} to ${gopFrames.max}`} frames`;
    lines.push(`  video ${codec} ${profile} ${width}x${height}, ${fps ?? '-'} frames/s${declared}`);
    lines.push(`  ${frames} frames, ${keyFrames} key frames, group of pictures ${gopMs === 0 ? '-' : gopMs} ms${gop}`);
  }
  if (s.audio !== null)
    lines.push(
      `  audio ${s.audio.codec} ${s.audio.sampleRate} Hz, ${s.audio.channels} channel(s), ${s.audio.frames} frames`,
    );
  if (s.video === null && s.audio === null) lines.push('  no picture and no sound came out');
  lines.push(
    `  ${seconds(s.durationMs)}, ${Math.round(s.bitrateBps / 1000)} kbit/s, ${s.packets} packets, ${s.bytes} bytes`,
  );
  if (s.transport !== 'file') {
    lines.push(
      `  lost ${s.lost}, reordered ${s.reordered}, duplicate ${s.duplicate}, discarded ${s.discarded}, jitter ${s.jitterMs} ms (largest ${s.maxJitterMs} ms), timestamp jumps ${s.timestampJumps}, RTCP ${s.rtcpPackets}`,
    );
    if (s.strangers + s.malformed > 0)
      lines.push(`  refused: ${s.strangers} of other senders, ${s.malformed} that are no RTP`);
    if (s.missingBytes > 0) lines.push(`  ${s.missingBytes} bytes of the TCP stream are not in the capture`);
  }
  if (s.ps !== null) {
    const map = s.ps.map.map(({ streamId, streamType }) => `${streamId} ${streamType}`).join(', ');
    lines.push(
      `  program stream: ${s.ps.packs} packs, ${s.ps.maps} maps${map === '' ? '' : ` (${map})`}, ${s.ps.damaged} damaged places`,
    );
    for (const pes of s.ps.pes)
      lines.push(`    ${pes.streamId}: ${pes.count} PES, ${pes.bytes} bytes, ${pes.withPts} with PTS`);
  }
  return [...lines, ...findingLines(s.findings)];
}

function movieLines(movie: NonNullable<Report['movie']>): string[] {
  const lines = [
    `Movie ${movie.brands.join(', ')}${movie.isFragmented ? ', fragmented' : ''}${movie.isProgressive ? ', plays while it is loaded' : ''}`,
  ];
  for (const track of movie.tracks) {
    lines.push(
      `  track ${track.id}: ${track.kind} ${track.codec}, ${seconds(track.durationMs)}, ${track.samples} samples, ${Math.round(track.bitrateBps / 1000)} kbit/s`,
    );
    if (track.video !== null) {
      const { width, height, fps, keyFrames, gopFrames } = track.video;
      const gop =
        gopFrames === null
          ? ''
          : `, groups of ${gopFrames.min === gopFrames.max ? gopFrames.min : `${gopFrames.min} to ${gopFrames.max}`} pictures`;
      lines.push(`    ${width}x${height}, ${fps} frames/s, ${keyFrames} key frames${gop}`);
    }
    if (track.audio !== null) lines.push(`    ${track.audio.sampleRate} Hz, ${track.audio.channels} channel(s)`);
  }
  return lines;
}

function findingLines(findings: readonly FindingReport[]): string[] {
  return findings.map(({ code, count, detail }) => `  ${code} ×${count}: ${detail}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function printable(line: string): string {
  return line.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}
