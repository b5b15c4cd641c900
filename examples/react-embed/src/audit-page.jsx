import { ActivityChart, ActivityFeed, AttestryProvider } from '@attestry/react';
import { useState } from 'react';

/** Asks this app's own backend; called again before the token ends. */
const askToken = async () => {
  const answer = await fetch('/audit-token', { method: 'POST' });
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  return answer.json();
};

/** What happened to the documents of one customer. */
export function AuditPage({ settings, signedOut }) {
  const [range, setRange] = useState();
  const add = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const body = JSON.stringify(Object.fromEntries(new FormData(form)));
    await fetch('/documents', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    form.reset();
  };
  const signOut = async () => {
    await fetch('/sign-out', { method: 'POST' });
    signedOut();
  };
  return (
    <>
      <header>
        <h1>Documents of {settings.customer}</h1>
        <span>{settings.name}</span>
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      </header>
      <main>
        <form className="new-document" onSubmit={add}>
          <label>
            New document <input name="name" required placeholder="Annual report.pdf" />
          </label>
          <button type="submit">Add</button>
        </form>
        <AttestryProvider url={settings.url} token={askToken} log={settings.log}>
          <h2>Activity</h2>
          <ActivityChart onSelect={setRange} />
          {range && (
            <p>
              Only what happened in the bar you chose.{' '}
              <button type="button" onClick={() => setRange(undefined)}>
                Show all
              </button>
            </p>
          )}
          <div className="feed">
            <ActivityFeed filter={range} />
          </div>
        </AttestryProvider>
      </main>
    </>
  );
}
