import { useEffect, useState } from 'preact/hooks';

interface Code {
  readonly size: number;
  /** Drawing of the dark modules, in units of a module. */
  readonly path: string;
}

/** The encoder comes when the first code is drawn: the page does not wait for it. */
async function encoded(text: string): Promise<Code> {
  const { encode } = await import('uqr');
  const { size, data } = encode(text, { ecc: 'L', border: 2 });
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return { size, path };
}

/** A QR code of a text, dark on light in every theme: readers of phones want it so. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const [code, setCode] = useState<Code | null>(null);
  useEffect(() => {
    let isWanted = true;
    void encoded(text).then((made) => isWanted && setCode(made));
    return () => {
      isWanted = false;
    };
  }, [text]);
  return (
    <svg
      class="qr"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${code?.size ?? 1} ${code?.size ?? 1}`}
      shape-rendering="crispEdges"
      data-testid="qr"
      data-text={text}
    >
      {code !== null && <path d={code.path} />}
    </svg>
  );
}
