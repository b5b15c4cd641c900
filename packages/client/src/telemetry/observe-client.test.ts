import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';
import { CollectingClient } from '../testing/collecting-client.ts';
import { observeClient } from './observe-client.ts';

test('the metrics of the app tell how the client is doing', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const audit = new CollectingClient({ onError: () => undefined, sample: { 'a.left': 0 } });
  const stop = observeClient(audit, provider.getMeter('test'));
  for (const type of ['a.one', 'a.two', 'a.left']) audit.capture({ type });
  audit.capture({} as never);
  await reader.forceFlush();
  const points = Object.fromEntries(
    exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
      .flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => [
          `${descriptor.name} ${JSON.stringify(attributes)}`,
          value,
        ]),
      ),
  );
  expect(points).toMatchObject({
    'attestry.client.events {"outcome":"captured"}': 2,
    'attestry.client.events {"outcome":"lost"}': 1,
    'attestry.client.events {"outcome":"left_out"}': 1,
    'attestry.client.queued.events {}': 2,
    'attestry.client.failures {}': 0,
  });
  stop();
  await provider.shutdown();
});
