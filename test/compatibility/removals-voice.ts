/** How each tolerance of voice is taken out of the source; see removals.ts. */
import type { Removal } from './removal.ts';

export const VOICE_REMOVALS: readonly Removal[] = [
  {
    code: 'TK-1',
    file: 'sip/voice-sdp.ts',
    find: "  if (pcma !== undefined) return { codec: 'pcma', payloadType: pcma };\n",
    replace: '',
    test: 'sip/voice-sdp.test.ts',
  },
  {
    code: 'TK-2',
    file: 'sip/incoming-calls.ts',
    find: 'here.find(({ deviceId }) => named.includes(deviceId)) ?? here[0] ?? null',
    replace: 'here.find(({ targetId }) => named.includes(targetId)) ?? null',
    test: 'sip/incoming-calls.test.ts',
  },
  {
    code: 'TK-3',
    file: 'gateway/talk/talk-broadcast.ts',
    find: "if (!isTcp) return 'udp';",
    replace: "if (!isTcp || setup !== null) return 'udp';",
    test: 'gateway/talk/talks.test.ts',
  },
  {
    code: 'TK-4',
    file: 'gateway/talk/talk.ts',
    find: "mode === 'auto' ? ['broadcast', 'talk'] : [mode]",
    replace: "mode === 'auto' ? ['broadcast'] : [mode]",
    test: 'gateway/talk/talks.test.ts',
  },
  {
    code: 'TK-6',
    file: 'sip/manscdp/broadcast.ts',
    find: "answer: 'optional',",
    replace: "answer: 'response',",
    test: 'gateway/talk/talks.test.ts',
  },
  {
    code: 'TK-7',
    file: 'media/ps/psm.ts',
    find: '  pcma: 0x90,\n',
    replace: '  pcma: 0x9f,\n',
    test: 'media/send/native.test.ts',
  },
];
