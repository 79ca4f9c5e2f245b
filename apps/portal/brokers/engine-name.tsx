const names: Readonly<Record<string, string>> = { rabbitmq: 'RabbitMQ', mosquitto: 'Mosquitto' };

/** The engine as its makers write it. */
const engineName = (engine: string): string => names[engine] ?? engine;

/** The engine with its colour. */
export const EngineName = ({ engine }: { readonly engine: string }) => (
  <span className="engine muted" data-engine={engine}>
    {engineName(engine)}
  </span>
);
