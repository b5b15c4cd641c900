import { expect, test } from 'vitest';
import { serverSentEvents } from './server-sent-events.ts';

async function read(...pieces: readonly (string | Uint8Array)[]): Promise<object[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces)
        controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
  const found = [];
  for await (const message of serverSentEvents(body)) found.push(message);
  return found;
}

test('messages, their kinds and ids are read, comments and pauses are not', async () => {
  expect(
    await read(
      'retry: 2000\n\n: hello\nid: 4\ndata: {"a":1}\n\nid: 5\nevent: heartbeat\ndata: {}\n\ndata\n\n',
    ),
  ).toEqual([
    { type: 'message', id: '4', data: '{"a":1}' },
    { type: 'heartbeat', id: '5', data: '{}' },
    { type: 'message', id: '5', data: '' },
  ]);
});

test('wherever the network cuts the stream, the messages are the same', async () => {
  const text = 'id: 1\r\nevent: x\r\ndata: ä€😀\r\ndata: b\r\n\r\nid: 2\ndata: c\n\n';
  const bytes = new TextEncoder().encode(text);
  const whole = await read(text);
  expect(whole).toEqual([
    { type: 'x', id: '1', data: 'ä€😀\nb' },
    { type: 'message', id: '2', data: 'c' },
  ]);
  for (let at = 1; at < bytes.length; at += 1)
    expect([at, await read(bytes.slice(0, at), bytes.slice(at))]).toEqual([at, whole]);
});

test('a message that was not finished is none', async () => {
  expect(await read('data: a\n\ndata: b\n')).toEqual([{ type: 'message', id: '', data: 'a' }]);
});
