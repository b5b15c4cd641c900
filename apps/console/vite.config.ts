import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

/** Asks for the font of the first words together with the page, so that they do not change their shape. */
const preloadFont: Plugin = {
  name: 'preload-font',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle = {} }) =>
      Object.keys(bundle)
        .filter((name) => /inter-latin-wght-normal.*\.woff2$/.test(name))
        .map((name) => ({
          tag: 'link',
          injectTo: 'head' as const,
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${name}`, crossorigin: '' },
        })),
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwind(), preloadFont],
  // Our own packages as they are here, not as they were built for others.
  resolve: {
    conditions: ['@attestry/source', ...defaultClientConditions],
    // Tailwind looks for style sheets by conditions of its own.
    alias: { '@attestry/react/styles.css': `${import.meta.dirname}/../../packages/react/src/styles.css` },
  },
  build: {
    outDir: '../../packages/server/console',
    emptyOutDir: true,
    target: 'chrome123',
    // Everything is a file of its own: `data:` fonts and inline scripts would need a weaker policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
    reportCompressedSize: false,
    // How long a plugin took is nothing that who sets this up can do something about.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  worker: { format: 'es' },
  server: { proxy: { '/v1': 'http://127.0.0.1:8484' } },
});
