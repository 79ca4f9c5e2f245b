import { useEffect, useState } from 'react';
import { ActionButton } from './button.tsx';
import { Icon } from './icon.tsx';

const SHOWN_MS = 2_000;

/** Puts a text into the clipboard, and says so. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [done, setDone] = useState<'copied' | 'failed' | null>(null);
  useEffect(() => {
    if (done === null) return undefined;
    const timer = setTimeout(() => {
      setDone(null);
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = (): void =>
    void copyText(text).then((copied) => {
      setDone(copied ? 'copied' : 'failed');
    });
  return (
    <>
      <ActionButton kind="plain" small label={`Copy ${what}`} onPress={copy}>
        <Icon name={done === 'copied' ? 'check' : done === 'failed' ? 'cross' : 'copy'} size={16} />
      </ActionButton>
      <span role="status" className="hidden-visually">
        {done === 'copied' ? `${what} copied` : done === 'failed' ? 'The browser did not allow copying' : ''}
      </span>
    </>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers have a clipboard only for pages that came over TLS or from this machine.
    const field = document.createElement('textarea');
    field.value = text;
    document.body.append(field);
    field.select();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- what there is besides
    const copied = document.execCommand('copy');
    field.remove();
    return copied;
  }
}

/** A text with its copy button; a dash where there is none. */
export function Copyable({ text, what }: { readonly text: string | null; readonly what: string }) {
  if (text === null) return <span className="muted">–</span>;
  return (
    <span className="copyable">
      <span className="mono">{text}</span>
      <CopyButton text={text} what={what} />
    </span>
  );
}

/** Text to be pasted elsewhere. */
export function Code({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div className="code">
      <pre tabIndex={0} role="region" aria-label={what}>
        {text}
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}
