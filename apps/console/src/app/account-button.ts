/** The look of the button that opens the account menu. */
export const ACCOUNT_BUTTON =
  'grid size-8 place-items-center rounded-full border border-line bg-panel text-muted hover:border-line-strong';
