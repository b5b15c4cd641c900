import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who owns a folder of the spool. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** Where the process id means something (Linux: this boot, this pid namespace); `undefined` where that is not known. */
  readonly space: string | undefined;
  /** When the process was started, in the system's own units; tells it from a later one with the same id. */
  readonly started: string | undefined;
}

/** This process. */
export function thisProcess(): Owner {
  return { host: hostname(), pid: process.pid, space: pidSpace(), started: startOf(process.pid) };
}

/**
 * Whether the owner's process runs.
 *
 * @returns `undefined` when that cannot be known from here: another machine, another container
 */
export function isRunning(owner: Owner): boolean | undefined {
  if (owner.space !== undefined && owner.space === pidSpace()) {
    return owner.started !== undefined && startOf(owner.pid) === owner.started;
  }
  if (owner.space !== undefined || owner.host !== hostname()) return undefined;
  try {
    process.kill(owner.pid, 0);
    // Or another one that has its id now.
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? undefined : false;
  }
}

function pidSpace(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** Field 22 of proc_pid_stat(5): ticks from boot to the start of the process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not asked yet.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
