import type { Step } from '../api/queries.ts';
import { Icon } from '../parts/icon.tsx';
import type { IconName } from '../parts/icon.tsx';
import { toneOf } from '../parts/states.tsx';
import { duration, useNow } from '../parts/time.tsx';
import { stepName } from './words.ts';

const icons: Readonly<Record<Step['status'], IconName>> = {
  pending: 'circle',
  running: 'turning',
  waiting: 'clock',
  uncertain: 'question',
  succeeded: 'check',
  failed: 'cross',
  undoing: 'turning',
  undone: 'undo',
  skipped: 'minus',
};

/** The steps of a job in their order, each with what it cost and what went wrong. */
export const Timeline = ({ steps }: { readonly steps: readonly Step[] }) => (
  <ol className="timeline">
    {steps.map((step) => (
      <li key={step.name} data-tone={toneOf(step.status)} data-status={step.status} data-step={step.name}>
        <span className="mark">
          <Icon name={icons[step.status]} size={15} />
        </span>
        <span className="step-name">
          {stepName(step.name)}
          <span className="hidden-visually">: {step.status}</span>
        </span>
        <span className="step-time">
          <StepTime step={step} />
        </span>
        <More step={step} />
      </li>
    ))}
  </ol>
);

const under: ReadonlySet<string> = new Set(['running', 'waiting', 'uncertain']);

function StepTime({ step }: { readonly step: Step }) {
  const now = useNow(under.has(step.status) ? 500 : 60_000);
  if (step.duration_ms !== null) return duration(step.duration_ms);
  if (!under.has(step.status) || step.started_at === null) return null;
  return duration(Math.max(0, now - Date.parse(step.started_at)));
}

function More({ step }: { readonly step: Step }) {
  const waits = step.status === 'waiting' && step.waiting_for !== null && step.error === null;
  if (step.attempts <= 1 && step.error === null && step.notes === '' && !waits) return null;
  return (
    <div className="step-more small">
      {waits && <p className="muted">{step.waiting_for}</p>}
      {step.attempts > 1 && <p className="muted">Attempt {step.attempts}</p>}
      {step.error !== null && <p className="step-error">{step.error}</p>}
      {step.notes !== '' && (
        <details>
          <summary>What the commands printed</summary>
          <pre tabIndex={0}>{step.notes}</pre>
        </details>
      )}
    </div>
  );
}
