import '@attestry/react/styles.css';
import './page.css';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { AuditPage } from './audit-page.jsx';
import { SignIn } from './sign-in.jsx';

/** Who is signed in, or `null`. */
async function readSettings() {
  const answer = await fetch('/settings');
  return answer.ok ? answer.json() : null;
}

function App() {
  const [settings, setSettings] = useState();
  const load = () => readSettings().then(setSettings);
  useEffect(() => {
    void readSettings().then(setSettings);
  }, []);
  if (settings === undefined) return null;
  return settings === null ? <SignIn done={load} /> : <AuditPage settings={settings} signedOut={load} />;
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
