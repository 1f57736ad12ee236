import type { VoiceBehaviour } from './behaviour.ts';

/** Quirks of cameras that are spoken to. */
export const VOICE_QUIRKS: readonly {
  readonly code: string;
  /** What the camera then does, as `--list-quirks` prints it. */
  readonly sentence: string;
  readonly switches: Partial<VoiceBehaviour>;
}[] = [
  { code: 'TK-1', sentence: 'hears a voice in a program stream only', switches: { voiceOffer: 'ps' } },
  { code: 'TK-2', sentence: 'calls for a voice in the name of nobody', switches: { voiceCaller: 'unknown' } },
  { code: 'TK-3', sentence: 'takes a voice over TCP only', switches: { voiceTransport: 'tcp-active' } },
  { code: 'TK-4', sentence: 'refuses broadcasts and takes talks', switches: { broadcast: 'error' } },
  {
    code: 'TK-6',
    sentence: 'calls for a voice and never answers the Broadcast',
    switches: { broadcast: 'unanswered' },
  },
];
