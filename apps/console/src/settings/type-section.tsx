import { bodyOf, type components, useAttestry } from '@attestry/react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { api, queryClient } from '../api/api.ts';
import { ProblemState } from '../ui/states.tsx';
import { t } from '../words/english.ts';
import { readJson } from './read-json.ts';
import { type Schema, SchemaTest } from './schema-test.tsx';
import { SectionHead } from './section-head.tsx';

type EventSchema = components['schemas']['EventSchema'];

const EXAMPLE = `{
  "type": "object",
  "required": ["target", "metadata"],
  "properties": {
    "metadata": {
      "type": "object",
      "required": ["amount"],
      "properties": { "amount": { "type": "number", "minimum": 0 } }
    }
  }
}`;

/** The tenant's own event types, each with a JSON Schema. */
export function TypeSection(): ReactNode {
  const { format } = useAttestry();
  const [edited, setEdited] = useState<EventSchema>();
  const schemas = useQuery({
    queryKey: ['schemas'],
    queryFn: ({ signal }) => bodyOf(api.client.GET('/v1/schemas', { signal })),
  });
  return (
    <>
      <SectionHead title={t.settings.types.title} lead={t.settings.types.lead} />
      {schemas.isError ? <ProblemState error={schemas.error} retry={() => void schemas.refetch()} /> : null}
      {schemas.data?.schemas.length === 0 ? <p className="text-faint">{t.settings.types.empty}</p> : null}
      <ul className="border-t border-line empty:hidden">
        {schemas.data?.schemas.map((schema) => (
          <li
            key={schema.type}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2.5"
          >
            <div className="min-w-[200px] flex-1">
              <div className="at-mono font-[550]">{schema.type}</div>
              <div className="text-muted">{schema.description}</div>
            </div>
            <span className="text-faint">
              {t.settings.types.version} {format.number(schema.version)}, {format.date(schema.created_at)}
            </span>
            <button type="button" className="button" onClick={() => setEdited(schema)}>
              {t.settings.types.edit}
            </button>
          </li>
        ))}
      </ul>
      <TypeForm key={edited?.type ?? ''} edited={edited} />
    </>
  );
}

function TypeForm({ edited }: { readonly edited: EventSchema | undefined }): ReactNode {
  const words = t.settings.types;
  const [type, setType] = useState(edited?.type ?? '');
  const [description, setDescription] = useState(edited?.description ?? '');
  const [text, setText] = useState(
    edited === undefined ? EXAMPLE : JSON.stringify(edited.schema, undefined, 2),
  );
  const read = readJson(text);
  const save = useMutation({
    mutationFn: (schema: Schema) =>
      bodyOf(
        api.client.POST('/v1/schemas', {
          body: { type, schema, ...(description === '' ? {} : { description }) },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['schemas'] }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if ('value' in read) save.mutate(read.value as Schema);
  };
  const problem = 'problem' in read ? read.problem : save.error?.message;
  return (
    <form onSubmit={submit} className="grid gap-3.5">
      <h3 className="font-semibold">{edited === undefined ? words.add : `${words.edit}: ${edited.type}`}</h3>
      <div className="grid gap-3.5 min-[700px]:grid-cols-2">
        <label className="grid gap-1">
          {words.type}
          <input
            className="field font-mono text-[12.5px]"
            required
            placeholder="invoice.paid"
            value={type}
            readOnly={edited !== undefined}
            onChange={(event) => setType(event.target.value)}
          />
        </label>
        <label className="grid gap-1">
          {words.description}
          <input
            className="field"
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        </label>
      </div>
      <div className="grid gap-3.5 min-[1000px]:grid-cols-[3fr_2fr]">
        <label className="grid content-start gap-1">
          {words.schema}
          <textarea
            className="field min-h-[260px] font-mono text-[12.5px] leading-[1.6]"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <SchemaTest type={type} schema={'value' in read ? (read.value as Schema) : undefined} />
      </div>
      {problem === undefined ? null : (
        <p role="alert" className="text-red">
          {problem}
        </p>
      )}
      {save.data === undefined ? null : (
        <p role="status" className="text-accent">
          {words.saved(save.data.type, save.data.version)}
        </p>
      )}
      <div>
        <button
          type="submit"
          className="button button-primary"
          disabled={'problem' in read || save.isPending}
        >
          {words.save}
        </button>
      </div>
    </form>
  );
}
