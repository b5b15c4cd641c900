import type { Page } from 'playwright-core';
import type { BenchCase, BenchContext, Figure } from '../case.ts';
import { openConsole } from '../load/start-browser.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { quantile } from '../statistics.ts';

const FRAME_S_MAX = 0.05;
const INTERACTION_S_MAX = 0.1;
/** A turn of a mouse wheel, and how often it turns: a hand that is in a hurry. */
const WHEEL_PX = 400;
const WHEEL_MS = 16;
const LIVE_PER_S = 500;
const LIVE_BATCH = 25;

interface Frames {
  readonly longestS: number;
  readonly p99S: number;
  readonly count: number;
}

/** Counts the frames of a page while something is done with it. */
async function framesWhile(page: Page, work: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    const seen = { times: [] as number[], isOn: true };
    const window = globalThis as unknown as {
      seen: typeof seen;
      requestAnimationFrame(run: (now: number) => void): void;
    };
    window.seen = seen;
    const tick = (now: number): void => {
      seen.times.push(now);
      if (seen.isOn) window.requestAnimationFrame(tick);
    };
    window.requestAnimationFrame(tick);
  });
  await work();
  const times = await page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: { times: number[]; isOn: boolean } };
    seen.isOn = false;
    return seen.times;
  });
  const lengths = times.slice(1).map((time, index) => (time - (times[index] ?? time)) / 1_000);
  return { longestS: Math.max(...lengths), p99S: quantile(lengths, 0.99), count: lengths.length };
}

async function scroll(page: Page, seconds: number, pxPerTurn: number): Promise<void> {
  const endAt = performance.now() + seconds * 1_000;
  while (performance.now() < endAt) {
    await page.mouse.wheel(0, pxPerTurn);
    await new Promise((resolve) => setTimeout(resolve, WHEEL_MS));
  }
}

async function scrolling(context: BenchContext): Promise<Figure> {
  const { server, events } = await context.million();
  const { browser, page } = await openConsole(server, '/activity');
  const seconds = context.quick ? 15 : 30;
  await page.mouse.move(600, 600);
  const down = await framesWhile(page, () => scroll(page, seconds, WHEEL_PX));
  const rows = Number(await page.getByRole('row').last().getAttribute('aria-rowindex'));
  const up = await framesWhile(page, () => scroll(page, seconds, -WHEEL_PX));
  await browser.close();
  const ms = (time: number): string => `${Math.round(time * 1_000)} ms`;
  return {
    name: 'console: longest frame while scrolling through a log, both ways',
    value: Math.max(down.longestS, up.longestS),
    unit: 's',
    target: FRAME_S_MAX,
    better: 'less',
    detail: `${events} events, ${rows} rows down in ${seconds} s and up again; ${down.count + up.count} frames, p99 ${ms(Math.max(down.p99S, up.p99S))}, longest down ${ms(down.longestS)}, up ${ms(up.longestS)}`,
  };
}

/** Sends events evenly for some time, and says how many were taken. */
async function sendEvenly(server: ServerProcess, seconds: number): Promise<number> {
  const startedAt = performance.now();
  const pending: Promise<number>[] = [];
  const total = LIVE_PER_S * seconds;
  for (let sent = 0; sent < total; sent += LIVE_BATCH) {
    const waitMs = startedAt + (sent * 1_000) / LIVE_PER_S - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    pending.push(sendBatch(server, sent));
  }
  return (await Promise.all(pending)).reduce((sum, taken) => sum + taken, 0);
}

async function sendBatch(server: ServerProcess, first: number): Promise<number> {
  const events = Array.from({ length: LIVE_BATCH }, (_, index) => ({
    type: 'document.viewed',
    actor: { type: 'user', id: `u-${(first + index) % 50}`, name: `Person ${(first + index) % 50}` },
    target: { type: 'document', id: `d-${(first + index) % 400}`, name: `Plan ${(first + index) % 400}.pdf` },
  }));
  const answer = await fetch(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
  return answer.ok ? LIVE_BATCH : 0;
}

/** What a reader does meanwhile: walks the events, opens and closes, writes a search and leaves it. */
async function readAlong(page: Page, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    for (const key of ['j', 'j', 'j', 'k', 'Escape', '/', 's', 't', 'Backspace', 'Backspace', 'Escape'])
      await page.keyboard.press(key, { delay: 20 });
  }
}

async function live(context: BenchContext): Promise<readonly Figure[]> {
  const server = await startServerProcess();
  await sendBatch(server, 0);
  const { browser, page } = await openConsole(server, '/activity?q=type%3Adocument.viewed');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.evaluate(() => {
    const lengths: number[] = [];
    (globalThis as unknown as { lengths: number[] }).lengths = lengths;
    const observer = new PerformanceObserver((list) => {
      const entries = list.getEntries() as readonly { duration: number; interactionId?: number }[];
      for (const entry of entries) if ((entry.interactionId ?? 0) > 0) lengths.push(entry.duration);
    });
    observer.observe({ type: 'event', durationThreshold: 16, buffered: true } as never);
  });
  const seconds = context.quick ? 15 : 30;
  let isOver = false;
  const reading = readAlong(page, () => isOver);
  const taken = await sendEvenly(server, seconds);
  isOver = true;
  await reading;
  const bar = page.getByRole('button', { name: /^Show .* new$/ });
  const shown = async (): Promise<number> => Number((await bar.textContent())?.replaceAll(/\D/g, ''));
  const endAt = performance.now() + 10_000;
  while ((await shown()) < taken && performance.now() < endAt)
    await new Promise((resolve) => setTimeout(resolve, 200));
  const told = await shown();
  const lengths = await page.evaluate(() => (globalThis as unknown as { lengths: number[] }).lengths);
  await browser.close();
  await server.stop();
  return [
    {
      name: 'console: live events that did not reach the page',
      value: Math.abs(taken - told),
      unit: 'x',
      target: 0,
      better: 'less',
      detail: `${told} told of ${taken} recorded at ${LIVE_PER_S}/s`,
    },
    {
      name: 'console: interaction to next paint under live events',
      value: quantile(lengths, 0.98) / 1_000,
      unit: 's',
      target: INTERACTION_S_MAX,
      better: 'less',
      detail: `p98 of ${lengths.length} key presses of 16 ms and more, longest ${Math.max(0, ...lengths)} ms`,
    },
  ];
}

/** The console in a real browser: scrolling through the million, and live under load. */
export const consolePages: BenchCase = {
  name: 'console',
  run: async (context) => [...(await live(context)), await scrolling(context)],
};
