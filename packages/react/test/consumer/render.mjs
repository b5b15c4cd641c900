// What a server does with the installed package: renders it, without a window. Prints the page.
import { readFileSync } from 'node:fs';
import { renderToString } from 'react-dom/server';
import { tree } from './tree.mjs';

if (typeof window !== 'undefined') throw new Error('a server has no window');
const props = JSON.parse(readFileSync(new URL('./props.json', import.meta.url), 'utf8'));
process.stdout.write(renderToString(tree(props)));
