import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordTexts } from './record-texts.ts';

function texts(text: string): string[] {
  return [...recordTexts(text)].map((found) =>
    found.kind === 'record' ? found.text : `${found.kind}: ${found.detail}`,
  );
}

const ONE = '{"eventName":"A","x":"}],{\\"[\\\\"}';
const TWO = '{"eventName":"B","deep":[[{"a":[1,2]}]]}';

describe('recordTexts', () => {
  it.each([
    ['a delivered file', `{"Records":[${ONE},${TWO}]}`],
    ['other members before', `\ufeff {"v":{"Records":[0]}, "Records" : [ ${ONE} ,\n${TWO} ] }\n`],
    ['lookup-events', `{"Events":[${ONE},${TWO}],"NextToken":"x"}`],
    ['an array', `[${ONE},${TWO}]`],
    ['one after the other', `${ONE}\n${TWO}\n`],
  ])('takes the records out of %s', (_name, text) => {
    expect(texts(text)).toEqual([ONE, TWO]);
  });

  it('gives what comes before the place where a file is cut off', () => {
    expect(texts(`{"Records":[${ONE},{"eventName":"B","x":"cut`)).toEqual([
      ONE,
      'broken: the record is cut off at the end of the file',
    ]);
    expect([...recordTexts(`{"Records":[${ONE},${TWO}`)].at(-1)).toMatchObject({ kind: 'broken', index: 2 });
  });

  it('gives a record with a mistake inside as it is, and its neighbours', () => {
    expect(texts(`{"Records":[{"eventName":nonsense},${TWO}]}`)).toEqual(['{"eventName":nonsense}', TWO]);
  });

  it('says what a file is that has no records', () => {
    expect(texts('')).toEqual(['broken: the file is empty']);
    expect(texts('hello')).toEqual(['broken: expected a JSON object at character 0, found "hello"']);
    expect(texts('{"a":1}')).toEqual([expect.stringContaining('not a CloudTrail file')]);
    expect(texts('{"awsAccountId":"1","digestStartTime":"x"}')).toEqual([expect.stringContaining('other:')]);
    expect(texts('{"Records":[]}')).toEqual([]);
  });

  it('gives back whatever JSON was put in, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1 }), (records) => {
        const written = records.map((record) => JSON.stringify(record));
        expect(texts(`{"Records":[${written.join(',')}]}`)).toEqual(written);
      }),
    );
  });

  it('ends on any text at all', () => {
    fc.assert(fc.property(fc.string(), (text) => texts(text).length < text.length + 2));
  });
});
