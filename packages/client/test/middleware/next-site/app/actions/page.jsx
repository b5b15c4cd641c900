import { fails, refuses, removes } from './actions.js';

export default function Page() {
  return (
    <>
      {[removes, refuses, fails].map((action) => (
        <form key={action.name} action={action}>
          <button type="submit">Go</button>
        </form>
      ))}
    </>
  );
}
