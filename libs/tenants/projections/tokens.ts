import { foldProjection } from '#event-log';
import { EntitySchema } from 'typeorm';
import type { Token } from '../core/token.ts';
import { tokenStream } from '../streams.ts';
import type { FoldRow } from './fold-row.ts';
import { foldColumns } from './fold-row.ts';

/** A row of the list of tokens. */
export type TokenRow = FoldRow<Token> & { id: string };

/** TypeORM's description of the read model, for queries. */
export const TokenView = new EntitySchema<TokenRow>({
  name: 'token_view',
  schema: 'warrener',
  columns: { ...foldColumns, id: { type: 'text' } },
});

/** The list of tokens. */
export const tokensProjection = foldProjection({
  name: 'tokens',
  type: tokenStream,
  table: 'warrener.token_view',
  row: (token) => ({ id: token?.id ?? '' }),
});
