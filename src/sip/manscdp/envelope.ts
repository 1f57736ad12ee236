import { editionForms, editionOf } from '../editions.ts';
import { type Charset, decodeBody, encodeBody } from './charset.ts';
import { integerOf, readXml, textOf, writeXml, type XmlElement, type XmlNode, type XmlRepair } from './xml.ts';

/** The frame every MANSCDP body has (GB/T 28181 annex A.1): root, `CmdType`, `SN`, `DeviceID`. */
export interface Envelope {
  /** Lower case: `query`, `control`, `notify`, `response`. */
  root: string;
  /** As written; compare with `isCommand`. */
  cmdType: string;
  /** Null when missing or not a number (XML-13). */
  sn: number | null;
  deviceId: string;
  element: XmlElement;
  /** Charset found in the bytes; null when they were all ASCII. */
  charset: Charset | null;
  /** What was tolerated in charset and XML: code and words. */
  tolerated: readonly (readonly [code: string, detail: string])[];
}

/** Why a body is no MANSCDP message. */
export interface EnvelopeFault {
  fault: 'not-xml' | 'no-command';
  detail: string;
}

/** Reads a body; `remembered` is the charset the device was found to use. */
export function readEnvelope(body: Uint8Array, remembered: Charset | null = null): Envelope | EnvelopeFault {
  const { text, charset, falselyDeclared, beyondDeclared } = decodeBody(body, remembered);
  const repairs = new Set<XmlRepair>();
  const element = readXml(text, repairs);
  if (element === null) return { fault: 'not-xml', detail: `no element in ${body.length} bytes` };
  const cmdType = textOf(element, 'CmdType');
  if (cmdType === null || cmdType === '') {
    return { fault: 'no-command', detail: `<${element.name.slice(0, 40)}> has no CmdType` };
  }
  return {
    root: element.name.toLowerCase(),
    cmdType,
    sn: integerOf(element, 'SN'),
    deviceId: textOf(element, 'DeviceID') ?? '',
    element,
    charset,
    tolerated: [
      ...(falselyDeclared === null
        ? []
        : [['XML-1', `its ${cmdType.slice(0, 40)} declares ${falselyDeclared}, the bytes are ${charset}`] as const]),
      ...(beyondDeclared
        ? [['XML-2', `its ${cmdType.slice(0, 40)} declares GB2312 and holds characters of GB18030`] as const]
        : []),
      ...[...repairs].map((repair) => [repair, `its ${cmdType.slice(0, 40)} ${REPAIR_WORDS[repair]}`] as const),
    ],
  };
}

const REPAIR_WORDS: Record<XmlRepair, string> = {
  'XML-3': 'has & or < unescaped in its text',
  'XML-4': 'has NUL bytes, junk, or tags that do not match',
  'XML-5': 'writes values as attributes, or tags in another case',
  'XML-7': 'has a prolog or comment that is no XML',
};

/** Command names are compared whatever their case (XML-5). */
export function isCommand(envelope: Envelope, cmdType: string): boolean {
  return envelope.cmdType.toLowerCase() === cmdType.toLowerCase();
}

/** How a body is to be written for one device. */
export interface BodyStyle {
  charset: Charset;
  /** What the prolog says: GB2312 up to 2016, GB18030 in 2022, UTF-8 where the device proved to use it. */
  declared: string;
}

/** Content type of every MANSCDP body. */
export const MANSCDP_CONTENT_TYPE = 'Application/MANSCDP+xml';

/** The style for a device of that `X-GB-Ver` (null unknown) and charset. */
export function bodyStyle(version: string | null, charset: Charset | null): BodyStyle {
  if (charset === 'UTF-8') return { charset, declared: 'UTF-8' };
  return { charset: 'GB18030', declared: editionForms(editionOf(version)).declared };
}

/** Writes a body: root, command, SN, device, then `rest`. */
export function writeEnvelope(
  root: 'Query' | 'Control' | 'Notify' | 'Response',
  head: { cmdType: string; sn: number; deviceId: string },
  rest: readonly XmlNode[],
  style: BodyStyle,
): Buffer {
  const nodes: XmlNode[] = [['CmdType', head.cmdType], ['SN', head.sn], ['DeviceID', head.deviceId], ...rest];
  return encodeBody(writeXml([root, nodes], style.declared), style.charset);
}
