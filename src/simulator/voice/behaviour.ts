/** Everything in which a simulated camera may differ from a well-behaved one when it is spoken to. */
export interface VoiceBehaviour {
  /** `error`: a Broadcast is refused; `unanswered`: obeyed without a Response; `silent`: answered OK, and nothing comes. */
  broadcast: 'obeyed' | 'error' | 'unanswered' | 'silent';
  /** False: an INVITE with `s=Talk` gets 488. */
  talk: boolean;
  /** Which transport, and which part in it, the camera asks for; a TCP camera takes no talk over UDP. */
  voiceTransport: 'udp' | 'tcp-active' | 'tcp-passive';
  /** What it says that it can hear. */
  voiceOffer: 'pcma' | 'ps';
  /** Whose name stands in its INVITE. */
  voiceCaller: 'channel' | 'unknown';
}

/** Spoken to without a fault. */
export const FLAWLESS_VOICE: Readonly<VoiceBehaviour> = {
  broadcast: 'obeyed',
  talk: true,
  voiceTransport: 'udp',
  voiceOffer: 'pcma',
  voiceCaller: 'channel',
};
