import type { LinkTo } from '@attestry/react';
import { Link } from '@tanstack/react-router';
import { term } from '../activity/activity-search.ts';

/** Names in an event lead to their page, its values to the search for them. */
export const linkTo: LinkTo = (to, children) => {
  switch (to.kind) {
    case 'actor':
      return (
        <Link to="/actors/$id" params={{ id: to.id }}>
          {children}
        </Link>
      );
    case 'target':
      return (
        <Link to="/targets/$type/$id" params={{ type: to.type, id: to.id }}>
          {children}
        </Link>
      );
    case 'search':
      return (
        <Link to="/activity" search={{ q: term(to.field, to.value) }}>
          {children}
        </Link>
      );
  }
};
