import { foldProjection } from '#event-log';
import { EntitySchema } from 'typeorm';
import type { Pool } from '../core/pool.ts';
import { poolStream } from '../streams.ts';
import type { FoldRow } from './fold-row.ts';
import { foldColumns } from './fold-row.ts';

/** A row of the list of worker pools. */
export type PoolRow = FoldRow<Pool> & { name: string; configured: boolean };

/** TypeORM's description of the read model, for queries. */
export const PoolView = new EntitySchema<PoolRow>({
  name: 'pool_view',
  schema: 'warrener',
  columns: { ...foldColumns, name: { type: 'text' }, configured: { type: 'boolean' } },
});

/** The list of worker pools. */
export const poolsProjection = foldProjection({
  name: 'pools',
  type: poolStream,
  table: 'warrener.pool_view',
  row: (pool) => ({ name: pool?.name ?? '', configured: pool !== null && pool.priorities !== null }),
});
