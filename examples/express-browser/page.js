// What runs in the visitor's browser: it holds no key, and does not say who the visitor is.
import { BrowserAttestry } from '@attestry/client/browser';

const audit = new BrowserAttestry({
  url: document.body.dataset.attestry,
  token: async () => (await fetch('/audit-token', { method: 'POST' })).json(),
});

for (const button of document.querySelectorAll('button[data-document]')) {
  const { document: id } = button.dataset;
  button.addEventListener('click', () => {
    audit.capture({ type: 'document.viewed', target: { type: 'document', id } });
  });
}
