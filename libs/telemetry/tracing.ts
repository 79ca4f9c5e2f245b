import { context, propagation, trace } from '@opentelemetry/api';

/**
 * Sends traces to where OTEL_EXPORTER_OTLP_ENDPOINT leads, from now on. What is traced is written with OpenTelemetry's API
 * where it happens, which does nothing in a process that has not come here: it does not even load what this loads.
 */
export async function startTracing(service: string): Promise<{ stop(): Promise<void> }> {
  const [{ AsyncLocalStorageContextManager }, { W3CTraceContextPropagator }, exporter, resources, sdk] =
    await Promise.all([
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/core'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace-base'),
    ]);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const provider = new sdk.BasicTracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': service }),
    // Bounded: what cannot be sent in time is dropped, and delays nobody.
    spanProcessors: [new sdk.BatchSpanProcessor(new exporter.OTLPTraceExporter())],
  });
  trace.setGlobalTracerProvider(provider);
  return { stop: () => provider.shutdown() };
}
