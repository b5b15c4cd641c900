import type { SingleBar } from 'cli-progress';
import { plainText } from './plain-text.ts';
import { formatCount, formatDuration } from './quantity.ts';
import type { Terminal } from './terminal.ts';

/** What long work says about itself while it runs. */
export interface Progress {
  /** @param done units finished so far  @param total units in all, when that is known by now */
  readonly update: (done: number, total?: number) => void;
  /** Says something beside the bar, on a line of its own. */
  readonly note: (text: string) => void;
  readonly stop: () => void;
}

/** Back to the first column and empty the line: the bar is drawn anew by its next update. */
const CLEAR_LINE = '\r\u001b[K';

/**
 * A bar on stderr with rate and time left. Only on a terminal: a pipe, a log file and `--json` get nothing.
 *
 * @param unit plural noun of what is counted, e.g. `records`
 */
export async function startProgress(
  terminal: Terminal,
  options: {
    readonly label: string;
    readonly unit: string;
    readonly total?: number;
    readonly quiet?: boolean;
  },
): Promise<Progress> {
  if (options.quiet === true || terminal.stderr.isTTY !== true) return silent(terminal);
  // Loaded here: most commands never show a bar, and start-up time is felt on each of them.
  const { default: cliProgress } = await import('cli-progress');
  const startedAtMs = Date.now();
  const bar: SingleBar = new cliProgress.SingleBar(
    {
      stream: terminal.stderr,
      hideCursor: true,
      clearOnComplete: true,
      barsize: terminal.stderr.columns !== undefined && terminal.stderr.columns < 90 ? 12 : 30,
      format: (formatOptions, parameters) =>
        progressLine(
          {
            ...options,
            done: parameters.value,
            total: parameters.total,
            elapsedMs: Date.now() - startedAtMs,
          },
          formatOptions.barsize ?? 30,
        ),
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(options.total ?? 0, 0);
  return {
    update: (done, total) => {
      if (total !== undefined) bar.setTotal(total);
      bar.update(done);
    },
    note: (text) => void terminal.stderr.write(`${CLEAR_LINE}${plainText(text)}\n`),
    stop: () => bar.stop(),
  };
}

/** No bar, but what has to be said is said. */
function silent(terminal: Terminal): Progress {
  return {
    update: () => undefined,
    note: (text) => void terminal.stderr.write(`${plainText(text)}\n`),
    stop: () => undefined,
  };
}

interface ProgressState {
  readonly label: string;
  readonly unit: string;
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

/** One line of a bar: share, counts, rate, time left. An unknown total shows no bar and no time left. */
export function progressLine(state: ProgressState, barWidth: number): string {
  const perSecond = state.elapsedMs > 0 ? (state.done * 1000) / state.elapsedMs : 0;
  const rate = `${formatCount(perSecond)} ${state.unit}/s`;
  if (state.total <= 0) return `${state.label} ${formatCount(state.done)} ${state.unit}  ${rate}`;
  const share = Math.min(state.done / state.total, 1);
  const filled = Math.round(share * barWidth);
  // The first second says nothing about the rest.
  const left =
    perSecond > 0 && state.elapsedMs >= 1000
      ? formatDuration(((state.total - state.done) * 1000) / perSecond)
      : '…';
  return (
    `${state.label} ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${Math.floor(share * 100)} % ` +
    `${formatCount(state.done)}/${formatCount(state.total)}  ${rate}  ${left} left`
  );
}
