import { parseIp } from '../event/ip-address.ts';
import type { QueryField, QueryOperator } from './query-fields.ts';
import { queryTime, queryTimeAdvice } from './query-time.ts';

/** As the event model has it, whose schemas a page need not load for this. */
const TYPE = /^[a-z0-9_]+(\.[a-z0-9_]+)*$/;
const TYPE_PREFIX = /^[a-z0-9_.]*\*$/;
const STATUS = /^[1-5][0-9]{2}$/;
const STATUS_CLASS = /^[1-5]xx$/i;

/** The value as it is compared, or what is wrong with it, as a sentence. */
export function judgeValue(
  field: QueryField,
  operator: QueryOperator,
  value: string,
): { readonly value: string } | { readonly problem: string } {
  switch (field.kind) {
    case 'text':
      return value === '' ? { problem: `The value of ${field.name} is empty.` } : { value };
    case 'metadata':
      return { value };
    case 'word':
    case 'ordered':
      return judgeWord(field.words ?? [], value);
    case 'type':
      return TYPE.test(value) || TYPE_PREFIX.test(value)
        ? { value }
        : {
            problem:
              'This is neither an event type such as document.deleted, nor the beginning of one: document.*.',
          };
    case 'http_status':
      if (operator === '=' && STATUS_CLASS.test(value)) return { value: value.toLowerCase() };
      return STATUS.test(value) ? { value } : { problem: 'An HTTP status is 100 to 599, or a class: 5xx.' };
    case 'ip':
      return isNetwork(value)
        ? { value }
        : { problem: 'This is neither an address nor a network: 10.0.0.0/8.' };
    case 'time':
      return queryTime(value, 0) === undefined ? { problem: queryTimeAdvice(value) } : { value };
  }
}

function judgeWord(
  words: readonly string[],
  value: string,
): { readonly value: string } | { readonly problem: string } {
  const word = value.toLowerCase();
  return words.includes(word) ? { value: word } : { problem: `This is not one of ${words.join(', ')}.` };
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined || rest.length > 0) return false;
  if (prefix === undefined) return true;
  // Of an IPv4 address that is written as IPv6 the prefix counts from the front of the longer form.
  const widest = address.includes(':') ? 128 : 32;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= widest;
}
