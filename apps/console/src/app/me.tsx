import { createContext, type ReactNode, useContext } from 'react';
import type { Me } from '../api/session.ts';

const Context = createContext<Me | undefined>(undefined);

export function MeProvider({ me, children }: { readonly me: Me; readonly children: ReactNode }): ReactNode {
  return <Context.Provider value={me}>{children}</Context.Provider>;
}

/** Who is signed in. */
export function useMe(): Me {
  const me = useContext(Context);
  if (me === undefined) throw new Error('useMe is for pages inside the frame');
  return me;
}
