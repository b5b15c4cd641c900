/** The forms of an English verb that a sentence needs. */
export interface VerbForms {
  /** "delete" */
  readonly infinitive: string;
  /** "deleting" */
  readonly gerund: string;
  /** "deleted" */
  readonly past: string;
}

const IRREGULAR: Readonly<Record<string, readonly [gerund: string, past: string]>> = {
  be: ['being', 'was'],
  begin: ['beginning', 'began'],
  build: ['building', 'built'],
  buy: ['buying', 'bought'],
  choose: ['choosing', 'chose'],
  come: ['coming', 'came'],
  cut: ['cutting', 'cut'],
  do: ['doing', 'did'],
  drop: ['dropping', 'dropped'],
  find: ['finding', 'found'],
  get: ['reading', 'read'],
  give: ['giving', 'gave'],
  go: ['going', 'went'],
  keep: ['keeping', 'kept'],
  let: ['letting', 'let'],
  log: ['logging', 'logged'],
  lose: ['losing', 'lost'],
  make: ['making', 'made'],
  meet: ['meeting', 'met'],
  pay: ['paying', 'paid'],
  plan: ['planning', 'planned'],
  put: ['putting', 'put'],
  read: ['reading', 'read'],
  reset: ['resetting', 'reset'],
  run: ['running', 'ran'],
  see: ['seeing', 'saw'],
  sell: ['selling', 'sold'],
  send: ['sending', 'sent'],
  set: ['setting', 'set'],
  split: ['splitting', 'split'],
  stop: ['stopping', 'stopped'],
  submit: ['submitting', 'submitted'],
  swap: ['swapping', 'swapped'],
  tag: ['tagging', 'tagged'],
  take: ['taking', 'took'],
  tell: ['telling', 'told'],
  untag: ['untagging', 'untagged'],
  upset: ['upsetting', 'upset'],
  write: ['writing', 'wrote'],
};

/** Verbs that appear as the first word of the last segment of event types, e.g. `aws.iam.list_roles`. */
const KNOWN =
  'accept access activate add allocate allow analyze apply approve archive assign assume attach associate authorize ban begin build buy call cancel change check clone close complete compute confirm connect copy create cut deactivate decline decrypt delete deliver deny deploy deregister describe detach detect disable disassociate disconnect discover download drop edit enable encrypt enumerate execute expire export filter find finish fork generate get give grant import index insert install invite invoke issue join keep label leave link list load lock log lookup make merge modify move notify open patch pay pin plan poll post process promote publish purge push put query read reboot receive recover refresh register reject release remove rename renew replace report request reserve reset resolve restart restore resume retrieve revoke rotate run save scan schedule search select send set share show sign simulate skip snapshot split start stop submit subscribe suspend swap switch sync tag take terminate test track transfer trigger unarchive unassign unlink unlock unsubscribe untag update upgrade upload use validate verify view wait watch write';

const KNOWN_VERBS: ReadonlySet<string> = new Set([...KNOWN.split(' '), ...Object.keys(IRREGULAR)]);

/** Whether a word is a verb in its infinitive that types are known to begin with. */
export function isKnownVerb(word: string): boolean {
  return KNOWN_VERBS.has(word);
}

const VOWEL = /[aeiou]/;

/** The forms of a verb given in its infinitive, regular unless it is known to be otherwise. */
export function verbForms(infinitive: string): VerbForms {
  const irregular = IRREGULAR[infinitive];
  if (irregular !== undefined) {
    return {
      infinitive: infinitive === 'get' ? 'read' : infinitive,
      gerund: irregular[0],
      past: irregular[1],
    };
  }
  const last = infinitive.at(-1) ?? '';
  if (last === 'e') return { infinitive, gerund: `${infinitive.slice(0, -1)}ing`, past: `${infinitive}d` };
  if (last === 'y' && !VOWEL.test(infinitive.at(-2) ?? '')) {
    return { infinitive, gerund: `${infinitive}ing`, past: `${infinitive.slice(0, -1)}ied` };
  }
  return { infinitive, gerund: `${infinitive}ing`, past: `${infinitive}ed` };
}

/** The infinitive of a regular past participle of a known verb ("archived", "paid"), or `undefined`. */
export function infinitiveOf(past: string): string | undefined {
  for (const [infinitive, [, irregular]] of Object.entries(IRREGULAR)) {
    if (irregular === past) return infinitive;
  }
  const stems = [past.slice(0, -1), past.slice(0, -2), `${past.slice(0, -3)}y`];
  return past.endsWith('ed') ? stems.find((stem) => KNOWN_VERBS.has(stem)) : undefined;
}
