import { isPrivate } from '../system/networks.ts';
import type { PulledTransport } from '../views.ts';

/** Why a pull failed, in one sentence with the values seen: what happened, the likely cause, and what helps. */

export interface NoMediaFacts {
  readonly transport: PulledTransport;
  readonly seconds: number;
  /** Our media port. */
  readonly port: number;
  /** What the offer said in `c=`. */
  readonly toldHost: string;
  /** Where the signalling of the device comes from. */
  readonly deviceHost: string;
  /** What the answer said in `c=` and `m=`; null for nothing usable. */
  readonly answered: { readonly host: string | null; readonly port: number | null };
  /** Packets refused because of who sent them. */
  readonly strangers: number;
  /** Packets that are no RTP. */
  readonly malformed: number;
  /** A TCP connection came about. */
  readonly connected: boolean;
  /** TCP connections that brought no media. */
  readonly connectionsDropped: number;
  /** Other transports are tried by themselves: no need to advise them. */
  readonly areOthersTried: boolean;
}

/** The device answered, and no media came. */
export function noMediaWords(o: NoMediaFacts): string {
  const what = `200 OK came, no packet in ${o.seconds} s on ${o.transport === 'udp' ? 'UDP' : 'TCP'} ${o.port} from ${o.deviceHost}`;
  const other = o.transport === 'udp' ? 'use TCP' : 'use UDP';
  const orOther = o.areOthersTried ? '' : `: ${other}`;
  if (o.malformed > 0)
    return `${what}: ${o.malformed} packets came that are no RTP; the device may encrypt its media or frame it in a way of its own: look at a capture.`;
  if (o.strangers > 0)
    return `${what}: ${o.strangers} packets came there from elsewhere and were refused; another device may still be sending to this port, or the media of this one comes from an address that its answer (${o.answered.host ?? 'none'}) does not name${orOther}.`;
  if (o.transport !== 'udp' && (o.connected || o.connectionsDropped > 0))
    return `${what}: the device connected and sent nothing that is RTP; it may have no picture on this channel, or frame its media in a way of its own${orOther}.`;
  if (o.transport === 'tcp-active')
    return `${what}: the connection to ${o.answered.host ?? o.deviceHost}:${o.answered.port ?? 0} brought nothing; a device behind address translation cannot be dialled${o.areOthersTried ? '' : ': use tcp-passive or UDP'}.`;
  const verb = o.transport === 'udp' ? 'sending' : 'connecting';
  // a device in another network cannot know a private address of ours: the commonest fault of a gateway in a cloud or behind a router
  if (isPrivate(o.toldHost) && !isPrivate(o.deviceHost))
    return `${what}: the device is ${verb} to a private address of this side: it was told ${o.toldHost}; set --advertise to the public address of this gateway${o.transport === 'udp' && !o.areOthersTried ? ', or use TCP' : ''}, and let the media ports through.`;
  const firewall = o.transport === 'udp' ? `a firewall drops UDP ${o.port}` : `a firewall refuses TCP ${o.port}`;
  return `${what}: the device may be ${verb} to the wrong address, or ${firewall}: it was told ${o.toldHost}; set --advertise, ${o.areOthersTried ? 'and let the media ports through' : `or ${other}`}.`;
}

/** One transport of a climb that brought no media. */
export interface FailedTransport {
  readonly transport: PulledTransport;
  readonly detail: string;
}

/** Several transports were tried in turn: the one on which the device comes to us tells most, for that is what networks let through. */
export function climbWords(failed: readonly FailedTransport[]): string {
  const telling = failed.findLast(({ transport }) => transport !== 'tcp-active') ?? failed.at(-1);
  const names = [...new Set(failed.map(({ transport }) => transport))];
  return `No media came over ${names.join(', ')}, tried in turn. Over ${telling?.transport}: ${telling?.detail}`;
}

/** The device refused the INVITE: what its status usually means with cameras, and what helps. */
export function rejectedWords(status: number, reason: string): string {
  const said = `The device refused the INVITE with ${status}${reason === '' ? '' : ` ${reason}`}`;
  switch (status) {
    case 401:
    case 407:
      return `${said}: it wants a password of its platform; switch off authentication of incoming calls in the camera.`;
    case 403:
    case 404:
      return `${said}: it does not know this channel id; ask for its catalogue again, and compare the channel's coding id in the camera.`;
    case 408:
    case 480:
      return `${said}: the channel behind it does not answer; look whether that camera is on and connected to its recorder.`;
    case 400:
    case 415:
    case 488:
    case 606:
      return `${said}: it took none of the media transports and forms of the offer that were tried; set the transport and the SDP form in its profile as its maker says.`;
    case 486:
    case 600:
      return `${said}: it serves no more streams. Stop another viewer of this device, or raise the number of its connections.`;
    case 500:
    case 503:
      return `${said}: it is overloaded or its encoder has failed; stop other streams of it, or restart it.`;
    case 603:
      return `${said}: it does not want to; another platform may hold the channel, or its privacy mode is on.`;
    default:
      return `${said}.`;
  }
}

/** A busy device: who holds its sessions (PB-16). `holders`: its other streams here, in words; null when there is none. */
export function heldWords(holders: string | null): string {
  return holders === null
    ? 'None of its streams goes to this gateway; another platform holds them.'
    : `It is sending to this gateway: ${holders}.`;
}
