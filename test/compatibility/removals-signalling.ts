/** How each tolerance of SIP, registration, XML, catalogues and INVITE is taken out of the source; see removals.ts. */
import type { Removal } from './removal.ts';

type Edit = readonly [code: string, test: string, find: string, replace: string];

/** What is taken out of one source file, and the test that must miss it. */
function outOf(file: string, edits: readonly Edit[]): Removal[] {
  return edits.map(([code, test, find, replace]) => ({ code, file, find, replace, test: `${test}.test.ts` }));
}

export const SIGNALLING_REMOVALS: readonly Removal[] = [
  ...outOf('sip/wire/via.ts', [['SIP-1', 'sip/wire/values', "  params.set('rport', String(port));\n", '']]),
  ...outOf('sip/camera/fleet.ts', [
    ['SIP-2', 'sip/server', 'if (from.transport === device.transport) this.#move(device, from, epochMs);', ''],
    [
      'SIP-8',
      'sip/tolerated/messages',
      'if (this.directory.device(deviceId)?.profile.reconnects !== true) this.presence',
      'this.presence',
    ],
    [
      'REG-12',
      'sip/server',
      'if (!this.presence.isOnline(deviceId) && !registrationHolds(device, epochMs)) return false;',
      'if (!this.presence.isOnline(deviceId)) return false;',
    ],
  ]),
  ...outOf('sip/exchange.ts', [
    [
      'SIP-3',
      'sip/strangers',
      'advertise?.host ?? this.#ports.localAddressTo(to.host)',
      "advertise?.host ?? '0.0.0.0'",
    ],
    ['SIP-11', 'sip/tolerated/messages', 'uri: sipUri(o.toId, host, o.peer.port),', 'uri: sipUri(o.toId, domain),'],
  ]),
  ...outOf('sip/dialog.ts', [
    [
      'SIP-4',
      'sip/server-calls',
      'believed ? formatUri({ ...target, user })',
      'contact !== null ? formatUri(contact.uri)',
    ],
    ['INV-10', 'sip/dialog', "['Subject', subject],", ''],
  ]),
  ...outOf('sip/wire/parse.ts', [
    ['SIP-5', 'sip/wire/stream', 'if (lf + 1 < end && bytes[lf + 1] === 0x0a) return lf + 2;', ''],
    ['SIP-9', 'sip/tolerated/messages', 'line.slice(0, colon).trim();', 'line.slice(0, colon);'],
  ]),
  ...outOf('sip/wire/stream.ts', [
    [
      'SIP-6',
      'sip/wire/xml-end',
      'const end = holdsXml(head) ? xmlBodyEnd(this.#buffer, at, declared, this.#length) : declared;',
      'const end: number | string = declared;',
    ],
  ]),
  // RFC 3261 18.1.1: beyond 1,300 bytes a request takes TCP
  ...outOf('sip/socket.ts', [
    ['SIP-7', 'sip/socket', 'export const MAX_DATAGRAM_BYTES = 65_507;', 'export const MAX_DATAGRAM_BYTES = 1_300;'],
  ]),
  ...outOf('sip/camera/messages.ts', [
    [
      'SIP-10',
      'sip/tolerated/messages',
      'const body = this.#read(deviceId, request);',
      "const body = contentTypeOf(request) === 'application/manscdp+xml' ? this.#read(deviceId, request) : null;",
    ],
    ['REG-16', 'sip/tolerated/messages', 'this.counters.keepaliveFaults += 1;', 'this.#fleet.unregister(deviceId, 0);'],
    [
      'XML-10',
      'sip/tolerated/messages',
      "if ('fault' in envelope) {",
      "if ('fault' in envelope || ![...STANDARD_COMMANDS, 'keepalive', 'catalog'].includes(envelope.cmdType.toLowerCase())) {",
    ],
  ]),
  ...outOf('sip/server.ts', [
    ['SIP-13', 'sip/server', 'if (!this.#rooms.registrar.admit(message, from, nowMs)) return;', ''],
    [
      'SIP-14',
      'sip/strangers',
      "answerAnybody(200, 'OK', CAPABILITIES);",
      "answerAnybody(405, 'Method Not Allowed', [ALLOW]);",
    ],
  ]),
  ...outOf('sip/camera/redirects.ts', [
    ['REG-18', 'sip/redirect', 'if (quick >= QUICK_RETURNS || soon >= SOON_RETURNS) {', 'if (false) {'],
  ]),
  ...outOf('sip/random-token.ts', [
    [
      'INV-9',
      'sip/tolerated/answers',
      "return randomBytes(16).toString('hex');",
      'return String(Math.floor(Date.now() / 1000));',
    ],
  ]),
  ...outOf('sip/transaction/client-table.ts', [
    ['SIP-15', 'sip/endpoint', 'this.#byCall.get(callKey(callId, cseq.number, cseq.method));', 'undefined;'],
    [
      'INV-3',
      'sip/endpoint',
      "if (client.cancelled && success) return { type: 'stray', transaction: client.id, response, from };",
      '',
    ],
  ]),
  ...outOf('sip/camera/registration.ts', [
    ['SIP-12', 'sip/tolerated/registration', 'if (decision.unanswered > 0) {', 'if (decision.unanswered < 0) {'],
    ['REG-9', 'sip/calls', 'old.host !== from.host', 'old.port !== from.port'],
    ['REG-10', 'sip/server', 'old !== null && old.host !== from.host', 'false'],
  ]),
  ...outOf('sip/digest.ts', [
    ['REG-1', 'sip/server', "const qop = p.get('qop') || undefined;", "const qop = p.get('qop') || 'auth';"],
    ['REG-2', 'sip/digest', "nc: p.get('nc'),", "nc: p.get('nc')?.toUpperCase(),"],
  ]),
  ...outOf('sip/camera/challenges.ts', [
    ['REG-3', 'sip/tolerated/registration', 'const isPlain = unanswered % 2 === 1;', 'const isPlain = false;'],
  ]),
  ...outOf('sip/camera/registrar.ts', [
    [
      'REG-4',
      'sip/strangers',
      "if (!verifyDigest(c, 'REGISTER', password)) {",
      "if (c.username !== r.deviceId || !verifyDigest(c, 'REGISTER', password)) {",
    ],
    ['REG-5', 'sip/tolerated/registration', '/^[A-Za-z0-9]{1,64}$/', '/^\\d{20}$/'],
    [
      'REG-6',
      'sip/tolerated/registration',
      'this.#verify(registration, credentials, from, nowMs);',
      'this.#verify(registration, { ...credentials, uri: formatUri(request.uri) }, from, nowMs);',
    ],
    ['REG-7', 'sip/server', " ?? readSeconds(contact?.params.get('expires') ?? undefined)", ''],
    [
      'REG-8',
      'gateway/devices/profile-effects',
      'registration.expiresSeconds === 0 && device?.profile.openUnregister === true',
      'false',
    ],
    ['REG-19', 'sip/strangers', 'if (asked !== null && asked !== this.#o.platformId) {', "if (asked === '') {"],
    ['REG-20', 'sip/server', '; some Hikvision pages save an empty one unless it is typed again (REG-20)', ''],
  ]),
  ...outOf('sip/camera/directory.ts', [
    [
      'REG-11',
      'sip/tolerated/registration',
      'channels.set(item.id, next);',
      'for (const others of this.#channels.values()) others.delete(item.id);\n      channels.set(item.id, next);',
    ],
    ['XML-12', 'sip/camera/catalogs', 'degrees(east, 180)', 'Number(east)'],
    ['XML-12', 'sip/camera/catalogs', 'longitude === 0 && latitude === 0', 'Number.isNaN(longitude)'],
    ['CAT-5', 'sip/camera/catalogs', "text('ParentID').split('/').pop() ?? ''", "text('ParentID')"],
  ]),
  ...outOf('sip/camera/presence.ts', [
    [
      'REG-13',
      'sip/camera/presence',
      'const quietMs = nowMs - alive.seenMs;',
      'const quietMs = nowMs - alive.heardMs;',
    ],
    [
      'REG-14',
      'sip/camera/presence',
      'value === undefined || !Number.isFinite(value) || value <= 0',
      'value === undefined',
    ],
    ['REG-15', 'sip/camera/presence', '} else if (!alive.probed && quietMs', '} else if (alive.probed && quietMs'],
  ]),
  // the host's zone instead of the one that every edition means
  ...outOf('sip/camera/beijing.ts', [
    ['REG-17', 'sip/camera/presence', 'const BEIJING_OFFSET_MS = 8 * 3_600_000;', 'const BEIJING_OFFSET_MS = 0;'],
  ]),
  ...outOf('sip/manscdp/charset.ts', [
    [
      'XML-1',
      'sip/manscdp/commands',
      'if (evidence.broken === 0 && evidence.long > 0)',
      "if (evidence.broken === 0 && evidence.long > 0 && charsetNamed(declaredName(bytes)) === 'UTF-8')",
    ],
    [
      'XML-2',
      'sip/manscdp/commands',
      "const gb18030 = new TextDecoder('gb18030');",
      "const gb18030 = { decode: (bytes: Uint8Array) => iconv.decode(Buffer.from(bytes), 'gbk') };",
    ],
  ]),
  ...outOf('sip/manscdp/xml.ts', [
    [
      'XML-3',
      'sip/tolerated/messages',
      "if (!(closing && end >= 0)) addStray('<', 'XML-3');",
      'if (end < 0) return null;',
    ],
    ['XML-4', 'sip/manscdp/xml', "if (name === 'Item') closeOpenItem(stack, repairs);", ''],
    [
      'XML-5',
      'sip/manscdp/xml',
      'for (const [key, value] of Object.entries(element.attributes)) if (sameName(key, name)) return value;',
      '',
    ],
    ['XML-7', 'sip/tolerated/messages', "if (special.odd) repairs.add('XML-7');", 'if (special.odd) return null;'],
  ]),
  ...outOf('sip/manscdp/catalog.ts', [
    [
      'XML-6',
      'sip/tolerated/messages',
      "return { sumNum: integerOf(envelope.element, 'SumNum'), items };",
      "const num = integerOf(list ?? envelope.element, 'Num');\n  return { sumNum: integerOf(envelope.element, 'SumNum'), items: num === items.length ? items : [] };",
    ],
  ]),
  ...outOf('sip/manscdp/device-status.ts', [
    [
      'XML-8',
      'sip/manscdp/commands',
      "return textOf(envelope.element, 'Online') !== null;",
      "return envelope.cmdType === 'DeviceStatus';",
    ],
    ['XML-11', 'sip/manscdp/commands', "case 'OK':", ''],
  ]),
  ...outOf('store/store.ts', [
    [
      'XML-9',
      'sip/tolerated/messages',
      'sql.putChannel.run(channel.deviceId, channel.id, JSON.stringify(channel));',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: text of the source
      "database.exec(`INSERT INTO channels (device_id, id, record) VALUES ('${channel.deviceId}', '${channel.id}', '${JSON.stringify(channel)}')`);",
    ],
  ]),
  ...outOf('sip/camera/catalogs.ts', [
    ['XML-13', 'sip/camera/catalogs', 'if (sn !== null && collection.begun) return false;', 'return false;'],
    [
      'CAT-3',
      'sip/camera/catalogs',
      'this.#merge(deviceId, part.items);',
      'for (const { id } of this.#directory.channels(deviceId)) this.#directory.removeChannel(deviceId, id);\n      this.#merge(deviceId, part.items);',
    ],
    ['CAT-4', 'sip/camera/catalogs', 'return item.id !== this.#platformId && isVideoChannel(item.id);', 'return true;'],
    [
      'CAT-6',
      'sip/tolerated/messages',
      'const changed = this.#directory.setStatus(',
      'this.#merge(deviceId, [item]);\n        const changed = this.#directory.setStatus(',
    ],
    ['CAT-7', 'sip/camera/catalogs', 'if (ignoreStatus) {', 'if (false) {'],
    ['CAT-8', 'sip/camera/catalogs', '    this.addSelf(deviceId);\n', ''],
  ]),
  ...outOf('sip/camera/catalog-collection.ts', [
    ['CAT-1', 'sip/server', 'if (this.#trustCount && !this.sumNumWrong && this.complete) return true;', 'return true;'],
    ['CAT-2', 'sip/camera/catalogs', 'return nowMs - this.#lastPartMs >= CATALOG_IDLE_MS;', 'return false;'],
  ]),
  ...outOf('sip/transaction/invite-client.ts', [
    ['INV-1', 'sip/transaction/machines', "return ['deliver-again'];", 'return [];'],
  ]),
  ...outOf('sip/calls.ts', [
    ['INV-2', 'sip/calls', 'row.deadlineMs = nowMs + timeoutMs;', 'row.deadlineMs = Number.POSITIVE_INFINITY;'],
    [
      'INV-6',
      'sip/tolerated/answers',
      "if (row.dialogue === null || row.state !== 'inviting') return;",
      "if (row.dialogue === null || row.state !== 'inviting' || userOf(response.headers.get('To')) !== row.options.channelId) return;",
    ],
    [
      'INV-7',
      'sip/tolerated/answers',
      'if (!home && !sameTags(request, row.dialogue))',
      'if (!sameTags(request, row.dialogue))',
    ],
  ]),
  ...outOf('sip/farewells.ts', [['INV-8', 'sip/server-calls', "if (how === 'unheard') {", 'if (false) {']]),
  ...outOf('sip/sdp.ts', [
    ['INV-11', 'sip/tolerated/answers', "(m.kind === 'video' || m.kind === 'audio') && m.port > 0)", 'm)'],
    [
      'INV-12',
      'sip/tolerated/answers',
      "return host === null || host === '' || host === '0.0.0.0' || host === '::' ? null : host;",
      'return host;',
    ],
    [
      'INV-13',
      'sip/sdp',
      "if (wanted === 'all') return Object.values(spelled);",
      "if (wanted === 'all') return Object.values(spelled).slice(0, 1);",
    ],
    [
      'INV-17',
      'sip/tolerated/answers',
      "(m.kind === 'video' || m.kind === 'audio') && m.port > 0)",
      'm.port > 0 && [...m.rtpmap.values()].every((name) => /^(?:PS|MPEG4|H26[45]|PCMA|MP2P)\\//.test(name)))',
    ],
  ]),
  ...outOf('gateway/live/live.ts', [
    ['INV-4', 'gateway/signalling', "end.kind === 'rejected' && end.status === 486 && !this.#busyTried", 'false'],
    [
      'INV-15',
      'gateway/live/live',
      'if (this.#everPlayed || this.keep) {',
      'if (!this.#deviceEnded && (this.#everPlayed || this.keep)) {',
    ],
  ]),
  ...outOf('gateway/live/ladder.ts', [
    [
      'INV-5',
      'gateway/devices/profile',
      'return this.#nextTransport() || this.#nextForm();',
      'return this.#nextTransport();',
    ],
  ]),
  ...outOf('gateway/live/call.ts', [
    ['INV-14', 'gateway/signalling', 'if (this.#receiver.lastPacketMs !== null) {', 'if (false) {'],
    [
      'INV-16',
      'gateway/live/live',
      "if (port === 0 || (transport === 'tcp-active' && port === null)) {",
      'if (port === -1) {',
    ],
  ]),
];
