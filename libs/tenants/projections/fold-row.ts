/** The columns that every read model of one row a stream has. */
export interface FoldRow<State> {
  stream: string;
  tenant: string;
  state: State;
  version: number;
  created_at: Date;
  updated_at: Date;
}

/** The same for TypeORM. */
export const foldColumns = {
  stream: { type: 'text', primary: true },
  tenant: { type: 'text' },
  state: { type: 'jsonb' },
  version: { type: 'integer' },
  created_at: { type: 'timestamptz' },
  updated_at: { type: 'timestamptz' },
} as const;
