// Types as users see them, checked by consumer.test.ts against the packed package; nothing here runs.
import {
  type Attestry,
  type AuditEvent,
  audited,
  auditedMethod,
  type EventInput,
  type Receipt,
} from '@attestry/client';
import {
  documentShared,
  loginFailed,
  recordUpdated,
  settingsChanged,
  userRoleChanged,
} from '@attestry/client/events';
import type { AttestryMatchers, CollectingClient, NoopClient } from '@attestry/client/testing';
import { expectTypeOf } from 'expect-type';

declare module '@attestry/client' {
  interface CustomEvents {
    'invoice.approved': {
      readonly target: { readonly type: 'invoice'; readonly id: string };
      readonly metadata: { readonly amount: number };
    };
  }
}

declare const audit: Attestry;

// Types of the catalogue, with the members that they want.
expectTypeOf(audit.capture({ type: 'user.logout' })).toEqualTypeOf<string | undefined>();
audit.capture({ type: 'document.viewed', target: { type: 'document', id: 'd-1' } });
// @ts-expect-error a document's event needs its target
audit.capture({ type: 'document.viewed' });
// @ts-expect-error so does a record's
void audit.captureDurable({ type: 'record.updated', actor: { type: 'user', id: 'u-1' } });
// @ts-expect-error there is no such kind of actor
audit.capture({ type: 'user.logout', actor: { type: 'robot' } });
// @ts-expect-error there is no such member
audit.capture({ type: 'user.logout', who: 'u-1' });
// @ts-expect-error an event has a type
audit.capture({ actor: { type: 'user' } });

// @ts-expect-error whose role?
audit.capture({ type: 'user.role.changed' });

// Objects as apps have them: of interfaces and classes, with dates.
interface Row {
  readonly id: number;
  readonly at: Date;
}
declare const row: Row;
audit.capture({ type: 'row.updated', metadata: row, data: { before: row, after: { ...row, big: 1n } } });
audit.capture(recordUpdated('row', { id: '1' }, { before: row, after: row }));
audit.capture(settingsChanged({ id: 's' }, null, row));

// Types of one's own: declared ones are checked, others are free.
audit.capture({ type: 'invoice.approved', target: { type: 'invoice', id: 'i-1' }, metadata: { amount: 3 } });
const target = { type: 'invoice', id: 'i-1' } as const;
// @ts-expect-error the amount is a number
audit.capture({ type: 'invoice.approved', target, metadata: { amount: '3' } });
// @ts-expect-error the target is missing
audit.capture({ type: 'invoice.approved', metadata: { amount: 3 } });
audit.capture({ type: 'invoice.sent' });
const kind: string = 'made.up';
audit.capture({ type: kind });
expectTypeOf<AuditEvent<'invoice.approved'>['metadata']>().toExtend<
  { readonly amount: number } | undefined
>();

// What comes back.
expectTypeOf(audit.captureDurable({ type: 'user.logout' })).toEqualTypeOf<Promise<Receipt>>();
expectTypeOf(audit.run({ tenant: 'acme', request_id: 'r' }, () => 17)).toEqualTypeOf<number>();
expectTypeOf(audit.run({}, async () => 'x')).toEqualTypeOf<Promise<string>>();
expectTypeOf(audit.child({ service: 'billing' })).toEqualTypeOf<Attestry>();
expectTypeOf(audit.track({ type: 'a.b' }, async () => 17)).toEqualTypeOf<Promise<number>>();
expectTypeOf(audit.track({ type: 'a.b' }, () => 'x')).toEqualTypeOf<Promise<string>>();
await audit.track({ type: 'a.b' }, (t) => {
  t.before = null;
  t.after = { any: new Date() };
  t.status = 'denied';
  // @ts-expect-error a result is one of four
  t.status = 'maybe';
});

await audit.track({ type: 'document.edited' }, (t) => {
  t.target = { type: 'document', id: 'd-1' };
});
await audit.track({ type: 'invoice.approved', target: { type: 'invoice', id: 'i-1' } }, () => 1);
// @ts-expect-error of a declared type also what is known before is checked
await audit.track({ type: 'invoice.approved', metadata: { amount: '3' } }, () => 1);

// Wrapped and decorated functions keep their types.
const add = audited(
  audit,
  (a) => ({ type: 'a.added', metadata: { a } }),
  (a: number, b: number) => a + b,
);
expectTypeOf(add).toEqualTypeOf<(a: number, b: number) => Promise<number>>();
export class Documents {
  @auditedMethod(audit, (id: string) => ({ type: 'document.deleted', target: { type: 'document', id } }))
  async remove(id: string): Promise<number> {
    return id.length;
  }
  // @ts-expect-error the event is made from the method's arguments
  @auditedMethod(audit, (id: string) => ({ type: 'document.deleted', target: { type: 'document', id } }))
  async wrong(id: number): Promise<number> {
    return id;
  }
}
expectTypeOf<Documents['remove']>().toEqualTypeOf<(id: string) => Promise<number>>();

// Helpers make events that can be captured as they are.
audit.capture(loginFailed({ type: 'user', id: 'u-1' }, 'wrong password'));
audit.capture(documentShared({ id: 'd-1' }, ['u-2'], { severity: 'high' }));
expectTypeOf(userRoleChanged({ id: 'u-1' }, 'member', 'admin').type).toExtend<EventInput['type']>();
// @ts-expect-error the reason is missing
loginFailed({ type: 'user', id: 'u-1' });

// Clients for tests are clients.
expectTypeOf<CollectingClient>().toExtend<Attestry>();
expectTypeOf<NoopClient>().toExtend<Attestry>();
expectTypeOf<AttestryMatchers['toHaveAudited']>().parameter(0).toExtend<object>();
