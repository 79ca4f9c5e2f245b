import { useState } from 'react';
import { Button, Form, GridList, GridListItem, useDragAndDrop } from 'react-aria-components';
import { ProblemError } from '../api/problem.ts';
import { ActionButton } from '../parts/button.tsx';
import { TextInput } from '../parts/fields.tsx';
import { Icon } from '../parts/icon.tsx';
import { Failure, Note } from '../parts/states.tsx';
import { levelsOf, queuesOf, reordered } from './priorities.ts';
import { useSetPool } from './queries.ts';
import type { WorkerPool } from './queries.ts';

/** The order of a pool's queues: levels to be dragged, by mouse or keyboard, and the same as text. */
export function PoolEditor({ pool }: { readonly pool: WorkerPool }) {
  const save = useSetPool();
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? pool.priorities;
  const changed = draft !== null && levelsOf(draft).join(' ') !== levelsOf(pool.priorities).join(' ');
  const refused = save.error instanceof ProblemError ? (save.error.fields['priorities'] ?? null) : null;
  const edit = (next: string): void => {
    setDraft(next);
    if (save.error !== null) save.reset();
  };
  return (
    <section className="card" aria-labelledby={`pool-${pool.name}`}>
      <div className="card-head">
        <h2 id={`pool-${pool.name}`}>
          Pool <span className="mono">{pool.name}</span>
        </h2>
        <span className="muted small">
          {pool.workers.length === 1 ? '1 worker' : `${pool.workers.length} workers`}
        </span>
      </div>
      <Form
        className="card-body"
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          if (!changed || save.isPending) return;
          save.mutate(
            { pool: pool.name, priorities: levelsOf(text).join(' ') },
            {
              onSuccess: () => {
                setDraft(null);
              },
            },
          );
        }}
      >
        <Levels
          pool={pool.name}
          levels={levelsOf(text)}
          onChange={(levels) => {
            edit(levels.join(' '));
          }}
        />
        <TextInput
          label="As text"
          mono
          value={text}
          onChange={edit}
          error={refused}
          autoComplete="off"
          hint="Levels between blanks, the most urgent first; queues of one level between commas, with a weight after a colon."
        />
        {save.error !== null && refused === null && <Failure error={save.error} />}
        {pool.overridden_by_environment.length > 0 && (
          <Note tone="warn">
            <span>
              {pool.overridden_by_environment.join(', ')} keep what QUEUE_PRIORITY told them at their start.
            </span>
          </Note>
        )}
        <div className="actions">
          <ActionButton kind="primary" type="submit" isDisabled={!changed} isPending={save.isPending}>
            {save.isPending ? 'Saving…' : 'Save the order'}
          </ActionButton>
          {changed && (
            <ActionButton
              kind="plain"
              onPress={() => {
                setDraft(null);
                save.reset();
              }}
            >
              Undo
            </ActionButton>
          )}
        </div>
      </Form>
    </section>
  );
}

function Levels({
  pool,
  levels,
  onChange,
}: {
  readonly pool: string;
  readonly levels: readonly string[];
  readonly onChange: (levels: readonly string[]) => void;
}) {
  const items = levels.map((level) => ({ id: level }));
  const { dragAndDropHooks } = useDragAndDrop({
    getItems: (keys) => [...keys].map((key) => ({ 'text/plain': String(key) })),
    onReorder: ({ keys, target }) => {
      const moved = new Set([...keys].map(String));
      onChange(
        reordered(levels, moved, String(target.key), target.dropPosition === 'before' ? 'before' : 'after'),
      );
    },
  });
  return (
    <GridList
      className="levels"
      aria-label={`Levels of pool ${pool}, the most urgent first`}
      items={items}
      selectionMode="none"
      dragAndDropHooks={dragAndDropHooks}
    >
      {({ id }) => (
        <GridListItem id={id} textValue={id} className="level">
          <Button slot="drag" className="button" data-kind="plain" data-small aria-label={`Move ${id}`}>
            <Icon name="grip" size={16} />
          </Button>
          <span className="level-place">{levels.indexOf(id) + 1}</span>
          <span className="level-queues">
            {queuesOf(id).map(({ name, weight }) => (
              <span key={name} className="chip mono">
                {name}
                {weight !== '1' && <span className="muted"> ×{weight}</span>}
              </span>
            ))}
          </span>
        </GridListItem>
      )}
    </GridList>
  );
}
