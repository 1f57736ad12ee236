import type { Finding } from '../../media/frame.ts';
import type { KeyFrameCommand } from '../../sip/manscdp/key-frame.ts';
import type { PulledTransport } from '../views.ts';
import type { CallPorts } from './call.ts';
import type { CallProfile } from './call-profile.ts';
import type { LadderPlan, Rung } from './ladder.ts';

/** What a live stream needs of the rest of the gateway, and what it is asked to be. Types only. */

export interface LivePorts extends CallPorts {
  readonly stallTimeoutMs: number;
  readonly lingerMs: number;
  readonly loss: 'deliver' | 'wait';
  /** What to try now; asked before each attempt, because the device may have changed. */
  ladder(deviceId: string, channelId: string, wish: LiveOptions['transport']): LadderPlan;
  /** What is known of how the device differs; asked before each attempt. */
  profile(deviceId: string): CallProfile;
  askKeyFrame(deviceId: string, channelId: string, command: KeyFrameCommand): void;
  /** The device obeyed this spelling and not the likely one: worth remembering. */
  keyFrameObeyed(deviceId: string, command: KeyFrameCommand): void;
  isOnline(deviceId: string): boolean;
  /** How long this channel is still left alone, because its device ended a call or unregistered just now. */
  pauseBeforeMs(deviceId: string, channelId: string): number;
  /** The device ended a call of this channel by itself. */
  endedByDevice(deviceId: string, channelId: string): void;
  /** Media came this way: worth remembering for the device. */
  worked(deviceId: string, rung: Rung): void;
  /** A call has this Call-ID; none of its messages has left yet. */
  dialogueBegun(callId: string): void;
  /** A deviation of this device was tolerated in one of its streams. */
  noteFinding(deviceId: string, finding: Finding): void;
  publish(type: string, data: Record<string, unknown>): void;
  log(message: string, data: Record<string, unknown>): void;
}

export interface LiveOptions {
  readonly id: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly streamNumber: number;
  readonly transport: PulledTransport | 'auto' | undefined;
  /** Keep it playing without viewers (`--pull on-register`). */
  readonly keep: boolean;
  onEnded(): void;
}
