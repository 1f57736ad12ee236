import type { Noted } from './camera/device-findings.ts';
import type { SessionDescription } from './sdp.ts';

/** What was asked for, as far as the answer must fit it. */
export interface Asked {
  readonly deviceId: string;
  readonly channelId: string;
  readonly transport: 'udp' | 'tcp-passive' | 'tcp-active';
  /** Where the answer came from. */
  readonly sipHost: string;
}

/** Encodings of the standard and its editions (annex C, annex G), without their clock rate. */
const KNOWN_ENCODING =
  /^(?:PS|MPEG4|MP4V-ES|MP2P|MP2T|H264S?|H265|HEVC|H263|SVAC[A-Z]?|PCM[AU]|G711[AU]?|G72[0-9](?:\.1)?|AAC|MPEG4-GENERIC|MPA)\b/i;

/** What the description in a 200 to an INVITE bends; the call goes on with it. `text` null: the 200 had no body. */
export function answerFindings(text: string | null, sdp: SessionDescription, asked: Asked): Noted[] {
  if (text === null || sdp.media.length === 0)
    return [['INV-11', `its 200 to INVITE has ${text === null ? 'no' : 'an empty'} description`]];
  return [
    ...ssrcFindings(sdp),
    ...addressFindings(sdp, asked),
    ...transportFindings(sdp, asked),
    ...mediaFindings(sdp, asked),
  ];
}

function ssrcFindings({ ssrc, ssrcText }: SessionDescription): Noted[] {
  if (ssrcText === null) return [['SSRC-2', 'its answer has no y= line: the SSRC that was offered is expected']];
  if (ssrc === null && !/\d/.test(ssrcText)) return [['INV-16', `its answer says y=${ssrcText}: taken as absent`]];
  if (ssrc === null || !/^\d{10}$/.test(ssrcText))
    return [['SSRC-9', `its answer says y=${ssrcText}, which is not ten digits`]];
  return [];
}

/** Nothing is believed of it but as one more place where media may come from (INV-12). */
function addressFindings({ mediaHost }: SessionDescription, { sipHost }: Asked): Noted[] {
  if (mediaHost === sipHost) return [];
  const said = mediaHost === null ? 'no usable address in c=' : `c= ${mediaHost}`;
  return [['INV-12', `its answer has ${said}, its packets come from ${sipHost}`]];
}

function transportFindings({ selected }: SessionDescription, { transport }: Asked): Noted[] {
  if (selected === null) return [['TCP-11', `its answer to ${transport} has port 0: it cannot do that now`]];
  const found: Noted[] = [];
  const isTcp = selected.protocol.includes('TCP');
  if (transport !== 'udp' && !isTcp)
    found.push(['TCP-15', `it answered ${selected.protocol} to an offer of TCP/RTP/AVP: its media may come over UDP`]);
  else if (transport !== 'udp') {
    const wanted = transport === 'tcp-passive' ? 'active' : 'passive';
    if (selected.setup !== wanted)
      found.push([
        'TCP-13',
        `its answer has ${selected.setup === null ? 'no a=setup' : `a=setup:${selected.setup}`}, our offer wants ${wanted}`,
      ]);
    if (selected.attributes.get('connection')?.toLowerCase() === 'existing')
      found.push(['TCP-14', 'its answer says a=connection:existing: taken as new']);
  }
  return found;
}

function mediaFindings({ selected, media, originUser }: SessionDescription, { deviceId, channelId }: Asked): Noted[] {
  const found: Noted[] = [];
  if (originUser === deviceId && deviceId !== channelId)
    found.push(['INV-6', `its answer names the device ${deviceId} in o= instead of the channel ${channelId}`]);
  const vendor = [...(selected?.rtpmap.values() ?? [])].find((name) => !KNOWN_ENCODING.test(name));
  if (vendor !== undefined)
    found.push(['INV-17', `its answer declares ${vendor}: what comes is looked at all the same`]);
  if (selected !== null && media[0] !== selected)
    found.push(['INV-11', `its answer has ${media.length} media lines, the first without a port`]);
  return found;
}
