import type { Engine } from './engine.ts';
import { mosquitto } from './mosquitto.ts';
import { rabbitmq } from './rabbitmq.ts';

/** Every engine there is. */
export const engines = { rabbitmq, mosquitto } satisfies Record<string, Engine>;

export type EngineName = keyof typeof engines;
