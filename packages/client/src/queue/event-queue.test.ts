import { expect, test } from 'vitest';
import { EventQueue, type QueuedEvent } from './event-queue.ts';

const event = (id: number, bytes = 10): QueuedEvent => ({ id: String(id), type: 't', text: '', bytes });
const ids = (events: readonly QueuedEvent[]): string => events.map(({ id }) => id).join(' ');

test('keeps the order, the count and the bytes through takes and give-backs', () => {
  const queue = new EventQueue();
  for (let i = 0; i < 20; i += 1) queue.push(event(i));
  const first = queue.take(5, 1_000);
  expect(ids(first)).toBe('0 1 2 3 4');
  queue.unshift(first.slice(2));
  queue.push(event(20));
  expect([queue.size, queue.bytes]).toEqual([19, 190]);
  expect(ids(queue.take(100, 1_000))).toBe('2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20');
  expect([queue.size, queue.bytes, queue.shift()]).toEqual([0, 0, undefined]);
});

test('a batch ends before its bytes would be too many, but has one event at least', () => {
  const queue = new EventQueue();
  for (const bytes of [900, 40, 40, 40]) queue.push(event(bytes, bytes));
  expect(ids(queue.take(10, 100))).toBe('900');
  expect(queue.take(10, 100)).toHaveLength(2);
});

test('held events wait for older ones that come from elsewhere', () => {
  const queue = new EventQueue();
  for (const id of [0, 1]) queue.push(event(id));
  for (const id of [4, 5]) {
    queue.push(event(id));
    queue.held += 1;
  }
  expect(queue.ready).toBe(2);
  queue.insert([event(2), event(3)]);
  expect(ids(queue.take(10, 1_000))).toBe('0 1 2 3');
  expect(queue.take(10, 1_000)).toEqual([]);
  queue.held = 0;
  expect(ids(queue.take(10, 1_000))).toBe('4 5');
  expect([queue.size, queue.bytes, queue.pushed]).toEqual([0, 0, 6]);
});
