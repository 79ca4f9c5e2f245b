import type { ReactNode } from 'react';
import { sentence } from '../api/problem.ts';
import { ActionButton, LinkButton } from './button.tsx';
import { PageHead } from './page-head.tsx';

type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

/** How each state of a broker, a job or a step reads. */
const tones: Readonly<Record<string, Tone>> = {
  ready: 'good',
  succeeded: 'good',
  running: 'busy',
  launching: 'busy',
  requested: 'busy',
  deleting: 'busy',
  undoing: 'warn',
  waiting: 'busy',
  uncertain: 'warn',
  parked: 'warn',
  undone: 'warn',
  failed: 'bad',
  active: 'good',
  working: 'good',
  delivered: 'good',
  paused: 'warn',
  draining: 'warn',
  disabled: 'bad',
};

export const toneOf = (status: string): Tone => tones[status] ?? 'quiet';

/** A state, told by word and colour. */
export const StatusBadge = ({ status }: { readonly status: string }) => (
  <span className="badge" data-tone={toneOf(status)}>
    {status}
  </span>
);

/** Something worth a sentence. */
export const Note = ({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) => (
  <div className="note" data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}>
    {children}
  </div>
);

/** What went wrong, and another go. */
export const Failure = ({ error, again }: { readonly error: unknown; readonly again?: () => void }) => (
  <Note tone="bad">
    <span>{sentence(error)}</span>
    {again !== undefined && (
      <ActionButton small onPress={again}>
        Try again
      </ActionButton>
    )}
  </Note>
);

/** There is nothing here yet. */
export const Empty = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <div className="card empty">
    <img src="/portal/rabbit.svg" alt="" />
    <h2>{title}</h2>
    {children}
  </div>
);

/** Something is on its way. */
export const Loading = ({ what }: { readonly what: string }) => (
  <div className="card skeleton" role="status" aria-label={`Loading ${what}`}>
    <span />
    <span />
    <span />
    <span />
  </div>
);

/** An address that leads nowhere. */
export const NotFound = () => (
  <>
    <PageHead title="There is no such page" />
    <p>
      <LinkButton href="/brokers">To the brokers</LinkButton>
    </p>
  </>
);
