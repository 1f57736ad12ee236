/** Voice as it is sent: mono, 8 kHz, 16 bits, cut into frames of 20 ms (GB/T 28181 9.12; TK-1). */

export const VOICE_RATE = 8000;
export const FRAME_MS = 20;
export const FRAME_SAMPLES = (VOICE_RATE * FRAME_MS) / 1000;

/** Where the frames of a voice come from. */
export interface VoiceSource {
  /** Fills one frame. `silence`: nothing was there, the frame is zeros; `end`: nothing will come any more. */
  next(frame: Int16Array): 'voice' | 'silence' | 'end';
}
