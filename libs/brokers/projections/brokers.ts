import { foldProjection } from '#event-log';
import { EntitySchema } from 'typeorm';
import type { Broker, BrokerStatus } from '../core/broker.ts';
import { brokerStream } from '../streams.ts';

/** A row of the list of brokers. */
export interface BrokerRow {
  stream: string;
  tenant: string;
  state: Broker;
  version: number;
  created_at: Date;
  updated_at: Date;
  id: string;
  name: string;
  status: BrokerStatus;
}

/** TypeORM's description of the read model, for queries. */
export const BrokerView = new EntitySchema<BrokerRow>({
  name: 'broker_view',
  schema: 'warrener',
  columns: {
    stream: { type: 'text', primary: true },
    tenant: { type: 'text' },
    state: { type: 'jsonb' },
    version: { type: 'integer' },
    created_at: { type: 'timestamptz' },
    updated_at: { type: 'timestamptz' },
    id: { type: 'text' },
    name: { type: 'text' },
    status: { type: 'text' },
  },
});

/** The list of brokers. */
export const brokersProjection = foldProjection({
  name: 'brokers',
  type: brokerStream,
  table: 'warrener.broker_view',
  row: (broker) => ({
    id: broker?.id ?? '',
    name: broker?.name ?? '',
    status: broker?.status ?? 'requested',
  }),
});
