import { useEffect, useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { partsWords } from '../words/parts.ts';
import { Icon } from './icon.tsx';

/** How long the button says that it has copied. */
const SAID_MS = 1_500;

/** Copies text. The clipboard of the browser is there over HTTPS and on loopback only: elsewhere by a selection, the old way. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand('copy');
    area.remove();
    return isCopied;
  }
}

/** Copies `text`, or what `text` gives; `name` says of what, for screen readers. */
export function CopyButton({ text, name }: { text: string; name: string }) {
  const words = useWords(partsWords);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <button
      type="button"
      class="plain copy"
      aria-label={isCopied ? words.copied : `${words.copy}: ${name}`}
      title={isCopied ? words.copied : words.copy}
      onClick={() => void copied(text).then(setCopied)}
    >
      <Icon name={isCopied ? 'done' : 'copy'} />
    </button>
  );
}
