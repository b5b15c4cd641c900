import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Files, not inline scripts and pictures: the policy that app.js sends allows nothing else.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  logLevel: 'warn',
});
