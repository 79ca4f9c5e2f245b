import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { Link } from 'wouter';

type Kind = 'primary' | 'normal' | 'plain' | 'danger' | 'danger-solid';

interface Look {
  readonly kind?: Kind;
  readonly small?: boolean;
  readonly children: ReactNode;
}

/** A button; while pending it stays where it is and does nothing. */
export function ActionButton({
  kind = 'normal',
  small,
  label,
  children,
  ...button
}: Look & {
  readonly label?: string;
  readonly type?: 'button' | 'submit';
  readonly isPending?: boolean;
  readonly isDisabled?: boolean;
  readonly slot?: string;
  readonly onPress?: () => void;
}) {
  return (
    <Button
      {...button}
      className="button"
      data-kind={kind}
      data-small={small === true || undefined}
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      {children}
    </Button>
  );
}

/** A link to another page that looks like a button. */
export function LinkButton({ kind = 'normal', small, href, children }: Look & { readonly href: string }) {
  return (
    <Link href={href} className="button" data-kind={kind} data-small={small === true || undefined}>
      {children}
    </Link>
  );
}
