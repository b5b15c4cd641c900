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

async function turnWheel(page: Page, seconds: number, pxPerTurn: number): Promise<void> {
  const endAt = performance.now() + seconds * 1_000;
  while (performance.now() < endAt) {
    await page.mouse.wheel(0, pxPerTurn);
    await new Promise((resolve) => setTimeout(resolve, WHEEL_MS));
  }
}

/** Draws the scroll bar to a share of its way, and waits until events are there. */
async function drawTo(page: Page, share: number): Promise<void> {
  await page.evaluate(`(() => {
    const grid = document.querySelector('[role=grid]');
    grid.scrollTop = ${share} * (grid.scrollHeight - grid.clientHeight);
  })()`);
  await rowsInView(page);
}

/** Rows of the list that are in view; nothing while one of them is still empty. */
const ROWS_IN_VIEW = `(() => {
  const list = document.querySelector('[role=grid]').getBoundingClientRect();
  const rows = [...document.querySelectorAll('[role=rowgroup] [role=row]')].filter((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > list.top && top < list.bottom;
  });
  const isWhole = rows.every((row) => row.querySelector('.skeleton') === null);
  return isWhole ? rows.map((row) => Number(row.getAttribute('aria-rowindex'))) : [];
})()`;

/** Waits until no row in view is empty, and says which ones they are. */
async function rowsInView(page: Page): Promise<readonly number[]> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const rows = (await page.evaluate(ROWS_IN_VIEW)) as readonly number[];
    if (rows.length > 0) return rows;
  }
}

/**
 * Through the whole log: by the scroll bar in steps, with some seconds of the wheel in both directions at each, and then
 * to its last event and back to its first.
 */
async function scrolling(context: BenchContext): Promise<Figure> {
  const { server, events } = await context.million();
  const { browser, page } = await openConsole(server, '/activity');
  // From then on the list is as long as the log.
  await page.locator('[role=grid]:not([aria-rowcount="-1"])').waitFor();
  const steps = 10;
  const seconds = context.quick ? 1 : 2;
  await page.mouse.move(600, 600);
  const reached: number[] = [];
  const frames = await framesWhile(page, async () => {
    for (let step = 0; step <= steps; step += 1) {
      await drawTo(page, step / steps);
      await turnWheel(page, seconds, step === steps ? -WHEEL_PX : WHEEL_PX);
      await turnWheel(page, seconds, step === steps ? WHEEL_PX : -WHEEL_PX);
      reached.push((await rowsInView(page))[0] ?? 0);
    }
    await page.getByRole('grid').press('End');
    reached.push((await rowsInView(page)).at(-1) ?? 0);
    await page.getByRole('grid').press('Home');
    reached.push((await rowsInView(page))[0] ?? 0);
  });
  await browser.close();
  const ms = (time: number): string => `${Math.round(time * 1_000)} ms`;
  return {
    name: 'console: longest frame while scrolling through a log, both ways',
    value: frames.longestS,
    unit: 's',
    target: FRAME_S_MAX,
    better: 'less',
    detail: `${events} events; ${frames.count} frames, p99 ${ms(frames.p99S)}, longest ${ms(frames.longestS)}; first rows in view after each step: ${reached.join(', ')}`,
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
