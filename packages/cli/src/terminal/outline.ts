import { plainLines, plainText } from './plain-text.ts';
import type { Colours } from './terminal.ts';

/**
 * A nested object as indented lines, one member a line, with untrusted text made safe. For reading, not for parsing:
 * that is what `--json` is for.
 */
export function renderOutline(
  value: Readonly<Record<string, unknown>>,
  colour: Colours,
  indent = '',
): string {
  const names = Object.keys(value);
  const width = Math.min(Math.max(0, ...names.map((name) => name.length)), 24);
  return names
    .map((name) => {
      const member = value[name];
      const title = colour.dim(plainText(name).padEnd(width));
      if (isPlainObject(member) && Object.keys(member).length > 0) {
        return `${indent}${colour.dim(plainText(name))}\n${renderOutline(member, colour, `${indent}  `)}`;
      }
      return `${indent}${title}  ${scalar(member, `${indent}${' '.repeat(width + 2)}`)}`;
    })
    .join('\n');
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function scalar(value: unknown, hanging: string): string {
  if (typeof value === 'string') return plainLines(value).replaceAll('\n', `\n${hanging}`);
  return plainText(JSON.stringify(value) ?? '');
}
