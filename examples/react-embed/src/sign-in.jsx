/** Who one is, in a toy. */
export function SignIn({ done }) {
  const submit = async (event) => {
    event.preventDefault();
    const body = JSON.stringify(Object.fromEntries(new FormData(event.currentTarget)));
    await fetch('/sign-in', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    done();
  };
  return (
    <main className="sign-in">
      <h1>Documents</h1>
      <form onSubmit={submit}>
        <label>
          Name <input name="name" required autoComplete="username" />
        </label>
        <label>
          Customer
          <select name="customer">
            <option value="acme">Acme</option>
            <option value="globex">Globex</option>
          </select>
        </label>
        <button type="submit">Sign in</button>
      </form>
    </main>
  );
}
