/** How each tolerance of media is taken out of the source; see removals.ts. */
import type { Removal } from './removal.ts';

/** What is taken out of one source file, and the test that must miss it. */
function inFile(file: string, test: string, edits: readonly (readonly [string, string, string, string?])[]): Removal[] {
  return edits.map(([code, find, replace, other]) => ({ code, file, find, replace, test: other ?? test }));
}

export const MEDIA_REMOVALS: readonly Removal[] = [
  ...inFile('media/ingest/peer.ts', 'media/ingest/peer.test.ts', [
    ['SSRC-1', 'if (this.#isStrict && rank < 3) {', 'if (rank < 3) {'],
    [
      'SSRC-2',
      'if (ssrc !== null) this.#expect(ssrc);',
      'this.#expected.clear();\n    if (ssrc !== null) this.#expect(ssrc);',
    ],
    ['SSRC-3', 'ssrc === this.#ssrc && port === this.#port && address === this.#address', 'ssrc === this.#ssrc'],
    ['SSRC-4', 'if (ssrc !== null) this.#expect(ssrc);', ''],
    ['SSRC-6', 'const silent = this.#gone || nowMs - this.#lastMs >= SILENCE_MS;', 'const silent = this.#gone;'],
    ['SSRC-7', 'if (rank === 4 && this.#rank <= 2) return true;', ''],
    ['SSRC-10', 'for (const spelling of misspelt(ssrc)) this.#expected.add(spelling);', ''],
    ['RTP-16', 'if (!this.#mayReplace(rank, address, nowMs)) {', 'if (nowMs < 0) {'],
    ['TCP-9', 'this.#gone = true;', ''],
  ]),
  ...inFile('gateway/live/call.ts', 'gateway/signalling.test.ts', [
    ['SSRC-5', 'if (this.#receiver.lastPacketMs !== null) {', 'if (mediaTimeoutMs < 0) {'],
    ['TCP-11', 'if (port === 0 || (', 'if (port === -1 || (', 'gateway/live/live.test.ts'],
    ['TCP-13', 'if (port === 0 || (', "if (answer.selected?.setup !== 'active' || ("],
    ['TCP-14', 'if (port === 0 || (', "if (answer.selected?.attributes.get('connection') === 'existing' || ("],
  ]),
  ...inFile('sip/ssrc.ts', 'sip/ssrc.test.ts', [
    ['SSRC-9', 'digits.length < SHORTEST_SSRC_DIGITS', '!/^\\d{10}$/.test(text)'],
    ['SSRC-11', 'if (this.#count === 0) return null;', ''],
    ['SSRC-12', "(kind === 'live' ? 0 : 1_000_000_000)", '0'],
    [
      'SSRC-8',
      'this.#ring[(this.#head + this.#count) % this.#ring.length] = value;',
      'this.#head = (this.#head + this.#ring.length - 1) % this.#ring.length;\n    this.#ring[this.#head] = value;',
    ],
  ]),
  ...inFile('media/ingest/reorder.ts', 'media/ingest/reorder.test.ts', [
    ['RTP-3', 'if (this.#options === null) {\n      this.#pass', 'if (nowMs >= 0) {\n      this.#pass'],
    ['RTP-4', 'if (this.#runLength >= (far ?', 'if (nowMs < 0 && this.#runLength >= (far ?'],
    ['RTP-6', 'this.#runOld ? OLD_RUN', 'this.#runOld ? Number.POSITIVE_INFINITY'],
  ]),
  ...inFile('media/ingest/rtcp.ts', 'media/ingest/rtcp.test.ts', [
    ['RTP-11', 'if (nowMs < this.#dueMs && !answers) return null;', 'if (facts.ssrc >= 0) return null;'],
    ['RTP-12', 'const to = Math.min(end, datagram.length);', 'const to = end;'],
  ]),
  ...inFile('media/ingest/rtp.ts', 'media/ingest/rtp.test.ts', [
    ['RTP-13', 'return first === 0x80 ? null : optionalParts(packet, first, out);', 'return null;'],
  ]),
  ...inFile('media/ingest/rfc4571.ts', 'media/ingest/rfc4571.test.ts', [
    ['TCP-1', "if (head === 4 && bytes[at] !== 0x24) return 'no';", "if (head === 4) return 'no';"],
    ['TCP-2', 'const interleaved = agreement(bytes, at, end, 4);', "const interleaved = 'yes' as Agreement;"],
    ['TCP-3', 'const fresh = this.counts.packets === 0;', 'const fresh = at < 0;'],
    ['TCP-4', 'if (empty > 0) {', 'if (empty > 4) {'],
    ['TCP-5', 'this.#searching = true;', 'this.#closed = true;'],
    [
      'TCP-6',
      'this.#packet(bytes.subarray(start, at));',
      'if (length <= 10_240) this.#packet(bytes.subarray(start, at));',
    ],
    ['TCP-7', 'if (!this.#closed && used < chunk.length) this.#keep(chunk, used, chunk.length);', ''],
    ['TCP-8', 'if (empty > 0) {', 'if (empty > 0 && head !== 2) {'],
  ]),
  ...inFile('media/ingest/connections.ts', 'media/receiver-findings.test.ts', [
    ['TCP-10', "this.#refuse(connection, 'no RTP for 10 s');", ''],
  ]),
  ...inFile('media/ingest/tcp.ts', 'media/receiver.test.ts', [
    ['TCP-12', 'const pauseMs = DIAL_PAUSES_MS[this.#round];', 'const pauseMs = DIAL_PAUSES_MS[this.#round + 99];'],
  ]),
  ...inFile('media/receiver.ts', 'media/receiver.test.ts', [
    ['RTP-10', 'if (second >= 200 && second <= 207) {', 'if (second < 0) {'],
    [
      'RTP-15',
      'if (packet.length < RTP_HEADER_BYTES ||',
      'if (packet.length > 1500 || packet.length < RTP_HEADER_BYTES ||',
    ],
    [
      'TCP-15',
      'this.#take(packet, true, address, port, this.#now()), isRtcp(packet)',
      "this.transport === 'udp' && this.#take(packet, true, address, port, this.#now()), isRtcp(packet)",
    ],
    [
      'TCP-16',
      'const connection = this.#connections.open(address, port);',
      'if (this.#edges.answeredHost !== address) return null;\n    const connection = this.#connections.open(address, port);',
    ],
    ['TCP-17', "this.#o.onEvent({ type: 'disconnected', detail });", ''],
  ]),
  ...inFile('media/receiver-findings.ts', 'media/receiver-findings.test.ts', [['RTP-2', 'this.#bursts(looked);', '']]),
  ...inFile('media/payload/kind.ts', 'media/payload/payload.test.ts', [
    [
      'RTP-8',
      'let known = this.#known.get(payloadType);',
      'if (payloadType !== PS_PAYLOAD_TYPE) return null;\n    let known = this.#known.get(payloadType);',
    ],
    ['RTP-9', 'if (known.streak < G711_PROOF) return null;', 'if (known.streak >= 0) return null;'],
  ]),
  ...inFile('media/feed.ts', 'media/quirks.test.ts', [
    ['RTP-1', 'this.#units.hole();', '', 'media/loss.test.ts'],
    ['PS-2', 'this.#units.pack();', 'this.#units.judge.reset();\n    this.#units.pack();'],
  ]),
  ...inFile('media/es/access-unit.ts', 'media/quirks.test.ts', [
    ['RTP-5', 'this.#signs.markerInside(boundary !== null);', 'this.#cutNow();'],
    ['PS-9', 'role !== null &&', ''],
  ]),
  ...inFile('media/es/timeline.ts', 'media/time.test.ts', [
    ['RTP-7', 'const usesRtp = pts < 0 && (', 'const usesRtp = pts < 2 ** 33 && (', 'media/es/deviations.test.ts'],
    ['RTP-14', '((delta > limit || delta < -limit) &&', '(!usesRtp && (delta > limit || delta < -limit) &&'],
    ['TS-1', 'const usesRtp = pts < 0 && (', 'const usesRtp = pts < -1 && (', 'media/quirks.test.ts'],
    ['TS-2', 'if (pts < 0 && !usesRtp) {', 'if (pts < -1) {', 'media/quirks.test.ts'],
    ['TS-3', 'this.#notStrictlyAfter(delta, elapsed, arrivedMs);', 'this.dts = mapped;'],
    ['TS-4', '((delta > limit || delta < -limit) &&', '(usesRtp && (delta > limit || delta < -limit) &&'],
    ['TS-5', 'this.source = unwrap(before, raw, usesRtp ? RTP_MODULUS : PTS_MODULUS);', 'this.source = raw;'],
    [
      'TS-7',
      'if (shared !== null && Math.abs(this.#source - shared - here) < MAX_APART_90K) {',
      'if (shared !== null) {',
    ],
    ['TS-8', 'if (dts < 0 && !usesRtp && (this.#reordering', 'if (dts < -1 && (this.#reordering'],
    [
      'TS-12',
      'this.#started = true;\n    this.offset = this.source - this.dts;',
      'this.#started = true;\n    this.offset = 0;',
      'media/quirks.test.ts',
    ],
  ]),
  ...inFile('media/es/audio-clock.ts', 'media/time.test.ts', [
    ['TS-6', 'return gap >= (-MAX_AHEAD_MS * this.track.sampleRate) / 1000;', 'return true;'],
  ]),
  ...inFile('media/es/picture.ts', 'media/quirks.test.ts', [
    ['PS-1', 'if (this.codec === null) {', 'if (this.codec === null) return null;\n    if (this.codec === null) {'],
    ['PS-4', 'if (this.#confirmed && this.#against < OVERRULE_AFTER) return null;', 'if (first >= 0) return null;'],
    ['PS-22', '(bytes[at + 1]! & 0x80) !== 0 ?', '(bytes[at + 1]! & 0x80) >= 0 ?'],
  ]),
  ...inFile('media/ps/streams.ts', 'media/quirks.test.ts', [
    [
      'PS-3',
      'if (this.#unplayed.length > 0 && this.#unplayed.includes(id)) return;',
      'if (!this.#mapped || this.#unplayed.includes(id)) return;',
      'media/es/deviations.test.ts',
    ],
    ['PS-25', 'this.#unplayed.push(streamId);', ''],
  ]),
  ...inFile('media/es/audio-unit.ts', 'media/es/deviations.test.ts', [
    [
      'PS-5',
      "if (adts && this.#declared !== 'aac') {",
      'if (adts && this.#declared === null) {',
      'media/quirks.test.ts',
    ],
    ['ES-10', "if (this.#codec === 'aac-raw') this.#rawFrames();", "if (this.#codec === 'aac-raw') return;"],
  ]),
  ...inFile('media/es/g711-judge.ts', 'media/es/deviations.test.ts', [
    [
      'ES-9',
      'if (this.#hints.sampleRate !== undefined || this.#rateStreak < RATE_PROOF) return false;',
      'if (bytes >= 0) return false;',
    ],
    ['ES-11', 'if (this.#against < LAW_PROOF) return false;', 'if (start >= 0) return false;'],
  ]),
  ...inFile('media/es/video-watch.ts', 'media/es/deviations.test.ts', [
    ['ES-12', 'if (this.#senseless >= SENSELESS)', 'if (this.#senseless < 0)'],
  ]),
  ...inFile('media/es/nal-buffer.ts', 'media/quirks.test.ts', [
    ['PS-23', 'if (zeros < 2 || zeros > 4', 'if (zeros < 3 || zeros > 4'],
    [
      'PS-29',
      'this.starts.push(start);',
      'if ((this.bytes[start]! & 0x1f) >= 22) return;\n    this.starts.push(start);',
      'media/es/deviations.test.ts',
    ],
  ]),
  ...inFile('media/ps/psm.ts', 'media/quirks.test.ts', [
    [
      'PS-6',
      'return { entries, fault: faultOf(bytes, at, end, first) };',
      'const fault = faultOf(bytes, at, end, first);\n  return { entries: fault === null ? entries : [], fault };',
    ],
  ]),
  ...inFile('media/ps/demux.ts', 'media/quirks.test.ts', [
    ['PS-7', 'if (id <= END_CODE) return 4;', 'if (id < END_CODE) return 0;\n    if (id === END_CODE) return 4;'],
    ['PS-8', 'if (length === 0) {', 'if (length < 0) {'],
    ['PS-10', 'this.#clamped = length === 0xffff && isVideoId(id);', 'this.#clamped = false;'],
    [
      'PS-11',
      'if ((this.#state === AT.body || this.#state === AT.skip) && packCuts(bytes, at, end)) {',
      'if (at < 0) {',
    ],
    ['PS-12', 'if (bytes[at + 4] === 0 && bytes[at + 5] === 0 && bytes[at + 6] === 1) return 4;', ''],
    ['PS-13', '14 + (bytes[at + 13]! & 7)', '14 + bytes[at + 13]!'],
    [
      'PS-14',
      'if (id === SYSTEM_HEADER && length > MAX_SYSTEM_HEADER_BYTES) {',
      'if (length < 0) {',
      'media/ps/demux.test.ts',
    ],
    [
      'PS-15',
      'if (id === PRIVATE_STREAM_1) this.#sink.finding(',
      'if (id === PRIVATE_STREAM_1) this.#lose();\n    else if (length < 0) this.#sink.finding(',
    ],
    [
      'PS-16',
      'else if (id !== SYSTEM_HEADER) this.#sink.finding(',
      'else if (id !== SYSTEM_HEADER) this.#lose();\n    if (length < 0) this.#sink.finding(',
    ],
    ['PS-17', 'if (early === null || early === this.#early) return;', 'if (available >= 0) return;'],
    ['PS-18', 'if (length > 0 && this.#remaining < 0) {', 'if (length < 0) {'],
    ['PS-19', 'if (bytes[at + 2] === 0) return 1;', 'if (bytes[at + 2] === 0) return 0;'],
    [
      'PS-20',
      'if ((this.#state === AT.body || this.#state === AT.skip) && packCuts(bytes, at, end)) {',
      'if (at < 0) {',
    ],
    ['PS-21', 'return this.#joined ? endsUnbounded(id) : id === PACK;', 'return endsUnbounded(id);'],
    ['PS-26', 'this.#state = AT.skip;', 'this.#state = AT.header;'],
    ['PS-27', 'let at = start;', 'let at = this.#ended ? end : start;'],
    ['PS-28', 'return bytes[at + 4]! >> 4 === 2 ? 12 : 0;', 'return 0;'],
  ]),
  ...inFile('media/mp4/remux.ts', 'media/time.test.ts', [
    [
      'PS-24',
      'if (isSyncNal(codec, bytes[start]!)) isSync = true;',
      'if (i === unit.first && isSyncNal(codec, bytes[start]!)) isSync = true;',
      'media/quirks.test.ts',
    ],
    ['ES-2', 'this.#video.reset();', 'this.#video.reset();\n    this.#sets.reset();', 'media/es/deviations.test.ts'],
    [
      'ES-6',
      '} else if (!this.#videoSeen && this.#audioSeen !== null &&',
      '} else if (nowMs < 0 && this.#audioSeen !== null &&',
    ],
    ['ES-7', 'const AUDIO_WAIT_MS = 300;', 'const AUDIO_WAIT_MS = 30_000;'],
    ['ES-8', ' || this.#audioSeen !== (this.#init?.audio ?? null)', ''],
  ]),
  ...inFile('media/key-frame-wish.ts', 'media/es/deviations.test.ts', [
    [
      'ES-1',
      "if (!this.#everKey) return waitedMs >= FIRST_WISH_MS ? this.#ask('start', waitedMs, nowMs) : null;",
      'if (!this.#everKey) return null;',
    ],
  ]),
  ...inFile('media/es/parameter-sets.ts', 'media/quirks.test.ts', [
    ['ES-3', 'this.changed = true;', ''],
    ['ES-4', 'codecString: h264CodecString(sps)', "codecString: 'avc1.42E01E'", 'media/es/deviations.test.ts'],
  ]),
];
