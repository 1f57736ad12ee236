import workletAddress from './worklet.ts?worker&url';

/** EDGE: the microphone of this computer. */

/** Why there is none: the page is not served over HTTPS (TK-5), it was not allowed, there is none, or it cannot be used. */
export type MicrophoneFault = 'insecure' | 'denied' | 'missing' | 'broken';

export interface Microphone {
  close(): void;
}

/** Browsers give a microphone to pages of HTTPS and of this computer only (TK-5). */
export function mayHaveMicrophone(): boolean {
  return isSecureContext && navigator.mediaDevices !== undefined;
}

/** Asks for the microphone; `onFrame` gets 20 ms of 8 kHz each time, `onLost` is told that it was pulled out or taken away. */
export async function openMicrophone(
  onFrame: (frame: Int16Array) => void,
  onLost: () => void,
): Promise<Microphone | MicrophoneFault> {
  if (!mayHaveMicrophone()) return 'insecure';
  let stream: MediaStream;
  try {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    stream = await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    const { name } = error as DOMException;
    return name === 'NotAllowedError' ? 'denied' : name === 'NotFoundError' ? 'missing' : 'broken';
  }
  let context: AudioContext | undefined;
  const close = (): void => {
    for (const track of stream.getTracks()) track.stop();
    if (context !== undefined && context.state !== 'closed') void context.close();
  };
  try {
    context = new AudioContext();
    await context.audioWorklet.addModule(workletAddress);
    const node = new AudioWorkletNode(context, 'gbgate-microphone', { numberOfOutputs: 0, channelCount: 1 });
    node.port.onmessage = ({ data }: MessageEvent<Int16Array>) => onFrame(data);
    context.createMediaStreamSource(stream).connect(node);
    await context.resume();
    // not when the track is stopped here
    for (const track of stream.getTracks()) track.onended = onLost;
  } catch {
    close();
    return 'broken';
  }
  return { close };
}
