import { useStore } from '../api/store.ts';
import { shareHistory } from './share-history.ts';
import { bandsOf } from './shares.ts';

const BOX = { width: 600, height: 120 };
const COLOURS = 8;
const clock = new Intl.DateTimeFormat('en', { timeStyle: 'short' });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });

/** How the workers divide between the queues, over the last hour as far as it was seen. */
export function ShareChart() {
  const samples = useStore(shareHistory);
  const [first] = samples;
  if (first === undefined) return null;
  const bands = bandsOf(samples, BOX);
  return (
    <section className="card" aria-labelledby="shares">
      <div className="card-head">
        <h2 id="shares">What the workers look at</h2>
        <span className="muted small">Seen since {clock.format(first.at)}, while these pages are open</span>
      </div>
      <div className="card-body">
        {bands.length === 0 ? (
          <p className="muted">No worker consumes anything.</p>
        ) : (
          <>
            <svg
              className="shares"
              viewBox={`0 0 ${BOX.width} ${BOX.height}`}
              preserveAspectRatio="none"
              aria-hidden="true"
            >
              {bands.map(({ queue, path }, index) => (
                <path key={queue} d={path} data-band={index % COLOURS} />
              ))}
            </svg>
            <ul className="legend" aria-label="Shares now">
              {bands.map(({ queue, now }, index) => (
                <li key={queue}>
                  <span data-band={index % COLOURS}>
                    <code>{queue}</code> {percent.format(now)}
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
        <p className="hint">
          Each worker counts once, in equal parts for the queues it is subscribed to at the moment.
        </p>
      </div>
    </section>
  );
}
