import { removeAll } from './actions.js';

export default function Page() {
  return (
    <form action={removeAll}>
      <button type="submit">Remove all notes</button>
    </form>
  );
}
