/** What was wrong with bytes that claimed to be SIP. Stable words: they name counters and log fields. */
export type SipFaultCode =
  | 'empty' // nothing but line ends or NULs: a keep-alive, not an error
  | 'start-line' // neither a request line nor a status line
  | 'version' // a SIP version other than 2.0
  | 'uri' // a Request-URI that cannot be read
  | 'status' // a status code outside 100 to 699
  | 'header-missing' // no From, To, Call-ID or CSeq
  | 'cseq' // a CSeq that cannot be read or names another method
  | 'content-length' // TCP only: no usable length, so the end of the message is unknown
  | 'too-many-headers'
  | 'headers-too-long'
  | 'body-too-long';

/** Bytes that are no SIP message: returned, never thrown. */
export interface Fault {
  readonly kind: 'fault';
  readonly code: SipFaultCode;
  /** Where it was found: bytes from the start of the datagram, or of the TCP stream. */
  readonly offset: number;
  /** One sentence for a person. */
  readonly detail: string;
}

/** Builds a {@link Fault}. */
export function fault(code: SipFaultCode, offset: number, detail: string): Fault {
  return { kind: 'fault', code, offset, detail };
}
