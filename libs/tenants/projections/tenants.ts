import { foldProjection } from '#event-log';
import { EntitySchema } from 'typeorm';
import type { Tenant } from '../core/tenant.ts';
import { tenantStream } from '../streams.ts';
import type { FoldRow } from './fold-row.ts';
import { foldColumns } from './fold-row.ts';

/** A row of the list of tenants. */
export type TenantRow = FoldRow<Tenant> & { id: string; deleted: boolean };

/** TypeORM's description of the read model, for queries. */
export const TenantView = new EntitySchema<TenantRow>({
  name: 'tenant_view',
  schema: 'warrener',
  columns: { ...foldColumns, id: { type: 'text' }, deleted: { type: 'boolean' } },
});

/** The list of tenants. */
export const tenantsProjection = foldProjection({
  name: 'tenants',
  type: tenantStream,
  table: 'warrener.tenant_view',
  row: (tenant) => ({ id: tenant?.id ?? '', deleted: tenant?.deleted ?? false }),
});
