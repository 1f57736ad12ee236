/** A WAV file of 16-bit samples; several channels one after the other in each sample. */
export function wavOf(pcm: Int16Array, rate: number, channels = 1): Buffer {
  return riff({ tag: 1, rate, channels, bits: 16 }, Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength));
}

/** A WAV file of any kind. */
export function riff(o: { tag: number; rate: number; channels: number; bits: number }, data: Buffer): Buffer {
  const head = Buffer.alloc(44);
  const frame = (o.channels * o.bits) / 8;
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(o.tag, 20);
  head.writeUInt16LE(o.channels, 22);
  head.writeUInt32LE(o.rate, 24);
  head.writeUInt32LE(o.rate * frame, 28);
  head.writeUInt16LE(frame, 32);
  head.writeUInt16LE(o.bits, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
