import { type Meter, metrics } from '@opentelemetry/api';
import type { Attestry } from '../attestry.ts';

/**
 * Shows how a client is doing in the app's OpenTelemetry metrics: `attestry.client.events` by outcome,
 * `attestry.client.queued.events`, `attestry.client.queued.bytes`, `attestry.client.spooled.bytes` and
 * `attestry.client.failures`. Nothing in them comes from an event.
 *
 * @param meter that of the global meter provider when absent
 * @returns ends it
 */
export function observeClient(
  audit: Attestry,
  meter: Meter = metrics.getMeter('@attestry/client'),
): () => void {
  const name = (end: string): string => `attestry.client.${end}`;
  const events = meter.createObservableCounter(name('events'), {
    unit: '{event}',
    description: 'Events by what became of them',
  });
  const queuedEvents = meter.createObservableGauge(name('queued.events'), { unit: '{event}' });
  const queuedBytes = meter.createObservableGauge(name('queued.bytes'), { unit: 'By' });
  const spooledBytes = meter.createObservableGauge(name('spooled.bytes'), { unit: 'By' });
  const failures = meter.createObservableGauge(name('failures'), {
    unit: '{request}',
    description: 'Requests that failed in a row',
  });
  const instruments = [events, queuedEvents, queuedBytes, spooledBytes, failures];
  const observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const stats = audit.stats();
    for (const outcome of ['captured', 'sent', 'lost', 'left_out'] as const)
      result.observe(events, stats[outcome], { outcome });
    result.observe(queuedEvents, stats.queued.events);
    result.observe(queuedBytes, stats.queued.bytes);
    result.observe(spooledBytes, stats.spooled.bytes);
    result.observe(failures, stats.failures);
  };
  meter.addBatchObservableCallback(observe, instruments);
  return () => meter.removeBatchObservableCallback(observe, instruments);
}
