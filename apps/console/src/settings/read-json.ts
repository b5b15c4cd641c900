import { t } from '../words/english.ts';

/** The JSON that a text is, or why it is none. */
export function readJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: t.settings.types.notJson(error instanceof Error ? error.message : String(error)) };
  }
}
