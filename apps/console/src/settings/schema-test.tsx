import { bodyOf, type components } from '@attestry/react';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api } from '../api/api.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/english.ts';
import { readJson } from './read-json.ts';

export type Schema = components['schemas']['EventSchema']['schema'];

interface SchemaTestProps {
  readonly type: string;
  /** `undefined` while what is written is no schema. */
  readonly schema: Schema | undefined;
}

const EXAMPLE = `{
  "actor": { "type": "user", "id": "alice" },
  "target": { "type": "invoice", "id": "i-1" },
  "metadata": { "amount": 12.5 }
}`;

/** Tries a schema on an event before it is put in force; nothing is recorded. */
export function SchemaTest({ type, schema }: SchemaTestProps): ReactNode {
  const words = t.settings.types;
  const [text, setText] = useState(EXAMPLE);
  const read = readJson(text);
  const test = useMutation({
    mutationFn: (event: object) =>
      bodyOf(
        api.client.POST('/v1/schemas/test', {
          body: { type, schema: (schema ?? {}) as never, event: { type, ...event } as never },
        }),
      ),
  });
  const problem = 'problem' in read ? read.problem : test.error?.message;
  return (
    <div className="grid content-start gap-2">
      <label className="grid gap-1">
        {words.test}
        <textarea
          className="field min-h-[200px] font-mono text-[12.5px] leading-[1.6]"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            test.reset();
          }}
        />
      </label>
      <p className="text-[12.5px] text-faint">{words.testLead}</p>
      <div>
        <button
          type="button"
          className="button"
          disabled={'problem' in read || schema === undefined || type === '' || test.isPending}
          onClick={() => ('value' in read ? test.mutate(read.value as object) : undefined)}
        >
          <Icon name="play" size={14} />
          {words.testRun}
        </button>
      </div>
      {problem === undefined ? null : (
        <p role="alert" className="text-red">
          {problem}
        </p>
      )}
      {test.data === undefined ? null : <Verdict {...test.data} />}
    </div>
  );
}

interface VerdictProps {
  readonly ok: boolean;
  readonly problems: readonly {
    readonly of: 'schema' | 'event';
    readonly path: string;
    readonly detail: string;
  }[];
}

function Verdict({ ok, problems }: VerdictProps): ReactNode {
  const words = t.settings.types;
  if (ok) {
    return (
      <p role="status" className="flex items-center gap-1.5 font-[550] text-accent">
        <Icon name="check" size={15} />
        {words.fits}
      </p>
    );
  }
  return (
    <div role="alert" className="text-red">
      <p className="font-[550]">{words.fitsNot}</p>
      <ul>
        {problems.map(({ of, path, detail }) => (
          <li key={`${of} ${path} ${detail}`}>
            {of === 'schema' ? `${words.inSchema} ` : ''}
            <code className="at-mono">{path === '' ? '/' : path}</code> {detail}
          </li>
        ))}
      </ul>
    </div>
  );
}
