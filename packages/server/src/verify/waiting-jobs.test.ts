import { beforeEach, describe, expect, it } from 'vitest';
import { type JobOwner, WaitingJobs } from './waiting-jobs.ts';

interface NamedJob extends JobOwner {
  readonly name: string;
}

let waiting: WaitingJobs<NamedJob>;
beforeEach(() => {
  waiting = new WaitingJobs({ all: 6, perTenant: 4, perKey: 3 });
});

/** `a1-2`: tenant a, key a1, second job. */
function add(...names: string[]): void {
  for (const name of names) waiting.add({ tenant: name.charAt(0), key: name.slice(0, 2), name });
}

function rest(): string[] {
  const names: string[] = [];
  for (let job = waiting.next(); job !== undefined; job = waiting.next()) names.push(job.name);
  return names;
}

describe('WaitingJobs', () => {
  it('lets tenants take turns, and the keys of a tenant', () => {
    add('a1-1', 'a1-2', 'a1-3', 'a2-1', 'b1-1', 'b1-2');
    expect(rest()).toEqual(['a1-1', 'b1-1', 'a2-1', 'b1-2', 'a1-2', 'a1-3']);
  });

  it('does not let a tenant that asks again each time pass by one that waits', () => {
    add('a1-1', 'a1-2', 'b1-1');
    expect(waiting.next()?.name).toBe('a1-1');
    add('a1-3');
    expect(rest()).toEqual(['b1-1', 'a1-2', 'a1-3']);
  });

  it('has a share for a key, for a tenant and for all, and says which one is used up', () => {
    add('a1-1', 'a1-2', 'a1-3');
    expect(() => add('a1-4')).toThrow('3 verifications of this key are waiting already.');
    add('a2-1');
    expect(() => add('a3-1')).toThrow('4 verifications of this tenant are waiting already.');
    add('b1-1', 'b1-2');
    expect(() => add('c1-1')).toThrow('6 verifications on this server are waiting already.');
    waiting.next();
    add('c1-1');
  });

  it('counts a key over all tenants', () => {
    for (const tenant of ['a', 'b', 'c']) waiting.add({ tenant, key: 'platform', name: tenant });
    expect(() => waiting.add({ tenant: 'd', key: 'platform', name: 'd' })).toThrow('of this key');
  });
});
